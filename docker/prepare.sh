#!/bin/sh
# Makes the other files that `docker compose` needs: .env, and a file for each secret. Existing files stay as they are,
# so it can be run again after an update.
set -eu
cd "$(dirname "$0")"

[ -e .env ] || cp .env.example .env

# The folder is closed to other users of this machine. The files in it are open, since the programs in the containers
# run as another user: Docker hands a program the files that it asks for, and no other.
mkdir -p secrets
chmod 700 secrets

# Writes standard input to a secret that is not there yet or is empty.
keep() {
    if [ -s "secrets/$1" ]; then cat >/dev/null; else cat >"secrets/$1"; chmod 644 "secrets/$1"; fi
}

random() {
    od -An -N24 -tx1 /dev/urandom | tr -d ' \n'
}

# Secrets of the services of this folder and of the programs that may be any random text.
for name in $(sed -n 's|^.*file: \./secrets/\([^ ,}]*\), x-random: true.*|\1|p' compose.yaml compose.pipelines.yaml); do
    random | keep "$name"
done
printf 'platform:%s\nzigbee2mqtt:%s\n' "$(random)" "$(random)" | keep mqtt.passwords

# Addresses of the services of this folder, as secrets of the programs.
printf 'postgres://platform:%s@postgres:5432/platform?sslmode=disable' "$(cat secrets/postgres.platform-password)" |
    keep postgres.url
printf 'mqtt://platform:%s@mosquitto:1883' "$(sed -n 's/^platform://p' secrets/mqtt.passwords)" | keep mqtt.url

# The others are for you to fill in. An empty file lets the programs start that do without.
for name in $(sed -n 's|^.*file: \./secrets/\([^ ,}]*\).*|\1|p' compose.yaml compose.pipelines.yaml); do
    [ -e "secrets/$name" ] || { : >"secrets/$name"; chmod 644 "secrets/$name"; }
    [ -s "secrets/$name" ] || echo "empty: secrets/$name"
done
