#!/bin/sh
cat >/dev/null
cat renamed.txt nonl/f; ls arch
