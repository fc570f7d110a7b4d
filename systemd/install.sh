#!/bin/sh
# Installs the units of programs, makes what they need, and starts them: install.sh NAME…
# The programs themselves are in /usr/local/bin, and secrets in /etc/data-platform/secrets. Run it again after a change
# of either. DESTDIR puts everything below another folder and starts nothing.
set -eu

from=$(cd "$(dirname "$0")" && pwd)
root=${DESTDIR:-}
settings=$root/etc/data-platform
units=$root/etc/systemd/system

[ "$#" -gt 0 ] || { echo "usage: install.sh NAME…" >&2; exit 64; }
for name; do
    [ -e "$from/$name.service" ] || { echo "there is no $from/$name.service" >&2; exit 66; }
done

# Settings may hold what only the programs should read: systemd reads them as root and hands them on.
install -d -m 755 "$units" "$root/usr/lib/sysusers.d" "$root/usr/lib/tmpfiles.d"
install -d -m 700 "$settings" "$settings/secrets"
install -m 644 "$from/data-platform.sysusers" "$root/usr/lib/sysusers.d/data-platform.conf"
install -m 644 "$from/data-platform.tmpfiles" "$root/usr/lib/tmpfiles.d/data-platform.conf"

for name in data-platform "$@"; do
    example=$from/settings/$name.env
    [ ! -e "$example" ] || [ -e "$settings/$name.env" ] || install -m 600 "$example" "$settings/$name.env"
done

# Secrets that a program starts without, and that exist.
optional() {
    echo "[Service]"
    sed -n '/^\[X-OptionalSecrets\]/,/^$/s/^\([A-Z0-9_]*\)=\(.*\)$/\1 \2/p' "$@" | while read -r variable file; do
        [ -s "$settings/secrets/$file" ] || continue
        echo "LoadCredential=$file:/etc/data-platform/secrets/$file"
        echo "Environment=\"${variable}_FILE=%d/$file\""
    done
}

start=
for name; do
    install -m 644 "$from/$name.service" "$units/$name.service"
    install -d -m 755 "$units/$name.service.d"
    install -m 644 "$from/program.conf" "$units/$name.service.d/program.conf"
    # Most programs have the secrets of program.conf too.
    if grep -q '^# All optional secrets' "$from/$name.service"; then shared=; else shared=$from/program.conf; fi
    optional ${shared:+"$shared"} "$from/$name.service" >"$units/$name.service.d/secrets.conf"
    if [ -e "$from/$name.timer" ]; then
        install -m 644 "$from/$name.timer" "$units/$name.timer"
        start="$start $name.timer"
    else
        start="$start $name.service"
    fi
done

[ -z "$root" ] || exit 0
systemd-sysusers /usr/lib/sysusers.d/data-platform.conf
systemd-tmpfiles --create /usr/lib/tmpfiles.d/data-platform.conf
systemctl daemon-reload
# Names have no blanks.
# shellcheck disable=SC2086
systemctl enable --now $start
