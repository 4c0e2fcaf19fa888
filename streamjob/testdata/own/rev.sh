#!/bin/sh
tac
