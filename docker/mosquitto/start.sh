#!/bin/sh
# Starts the broker with hashes of the passwords that the secret holds. The broker wants the file for itself alone,
# which a secret is not.
set -eu

passwords=${PASSWORDS:-/tmp/passwords}
umask 077
cp "${MQTT_PASSWORDS:-/run/secrets/mqtt.passwords}" "$passwords"
# The mode of the secret comes along where the file was there before.
chmod 600 "$passwords"
mosquitto_passwd -U "$passwords"
exec mosquitto -c "${CONFIGURATION:-/mosquitto/config/mosquitto.conf}"
