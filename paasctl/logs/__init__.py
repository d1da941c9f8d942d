"""Reading and following the log files that the processes write."""
