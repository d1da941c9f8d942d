import sys

import shop

print(f"job {shop.enqueue(sys.argv[1])} enqueued")
