#!/bin/sh
# fluent-ffmpeg takes the path of a program and nothing else. Each run has a link to this script, beside it its command.
. "$0.command"
