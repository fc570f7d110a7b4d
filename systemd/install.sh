#!/bin/sh
# Installs the program of this archive, its unit and example settings on a machine with systemd: sudo ./install.sh
# Existing settings stay as they are. DESTDIR puts everything below another folder and starts nothing.
set -eu

from=$(cd "$(dirname "$0")" && pwd)
root=${DESTDIR:-}
settings=$root/etc/data-platform
units=$root/etc/systemd/system

service=$(cd "$from" && ls ./*.service)
name=$(basename "$service" .service)

install -d -m 755 "$root/usr/local/bin" "$units" "$root/usr/lib/sysusers.d" "$root/usr/lib/tmpfiles.d"
# Only root reads settings and secrets; systemd hands a program those of its unit.
install -d -m 700 "$settings" "$settings/secrets"
install -m 755 "$from/$name" "$from/data-platform" "$root/usr/local/bin/"
install -m 644 "$from/data-platform.sysusers" "$root/usr/lib/sysusers.d/data-platform.conf"
install -m 644 "$from/data-platform.tmpfiles" "$root/usr/lib/tmpfiles.d/data-platform.conf"
sed 's|^ExecStart=/usr/bin/|ExecStart=/usr/local/bin/|' "$from/$name.service" >"$units/$name.service"
[ ! -e "$from/$name.timer" ] || install -m 644 "$from/$name.timer" "$units/$name.timer"
for example in "$from"/settings/*.env; do
    file=$settings/${example##*/}
    [ -e "$file" ] || install -m 600 "$example" "$file"
done
# A purge of another program's package sees by it that this one is there.
[ -e "$settings/$name.env" ] || install -m 600 /dev/null "$settings/$name.env"

[ -z "$root" ] || exit 0
systemd-sysusers /usr/lib/sysusers.d/data-platform.conf
systemd-tmpfiles --create /usr/lib/tmpfiles.d/data-platform.conf
systemctl daemon-reload
exec /usr/local/bin/data-platform start "$name"
