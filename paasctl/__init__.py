"""Run Platform.sh, Upsun and OVHcloud Web PaaS projects on your own machine."""

__version__ = "0.1.0"
