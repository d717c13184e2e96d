#!/bin/sh
# Checks the files of a provisioning server as a telephone reads them: lint, then a whole start-up against nginx.
# Exit 0 good, 1 the files or the start-up are not, 4 it came up otherwise than expect.json says. run/offhook.xml is for the build server.
set -eu
cd "$(dirname "$0")"
mkdir -p run
npx --no-install offhook lint site/96xxupgrade.txt site/46xxsettings.txt
nginx -p "$PWD/run" -c "$PWD/nginx.conf" -e error.log
trap 'kill "$(cat run/nginx.pid)"' EXIT
npx --no-install offhook boot --server http://127.0.0.1:18080/ --wait 10 --model 9640 --appname as-asked \
  --expect-file expect.json --junit run/offhook.xml "$@"
