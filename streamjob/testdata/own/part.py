#!/usr/bin/env python3
import sys
for l in sys.stdin:
    sys.stdout.write(l.rstrip("\n").upper()+"\n")
