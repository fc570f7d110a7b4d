#!/bin/sh
# Deploys the stack of a job: deploy.sh NAME [Parameter=value…]
# The file jobs/NAME.conf says what runs, when, and with what; parameters here go before it. A parameter that is given in
# neither keeps the value of the last time. STACK is the name of the stack, in place of NAME.
set -eu

from=$(cd "$(dirname "$0")" && pwd)
[ "$#" -gt 0 ] || { echo "usage: deploy.sh NAME [Parameter=value…]" >&2; exit 64; }
name=$1
shift
[ -e "$from/jobs/$name.conf" ] || { echo "there is no $from/jobs/$name.conf" >&2; exit 66; }

# Of two values, the command takes the last one. The file is read in reverse order into the front.
reversed=$(grep -v -e '^#' -e '^$' "$from/jobs/$name.conf" | sed -n '1!G;h;$p')
while IFS= read -r line; do
    set -- "$line" "$@"
done <<LINES
$reversed
LINES

exec aws cloudformation deploy --stack-name "${STACK:-$name}" --template-file "$from/job.yaml" --parameter-overrides "$@"
