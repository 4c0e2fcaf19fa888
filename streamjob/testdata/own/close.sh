#!/bin/sh
exec 0<&-
echo closed
sleep 0.2
