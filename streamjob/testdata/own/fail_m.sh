#!/bin/sh
if grep -q bad; then exit 9; fi
echo ok
