# Nights of shopscore.service inside a systemd that with_systemd.py boots. Says what came of each on stdout; ends at the first that
# is not as it should be. The words are those of `systemctl show`.
set -eu
unit=shopscore.service
settings=/etc/shopscore/nightly.toml
lib=/var/lib/shopscore
trap 'systemctl poweroff --force --force' EXIT

wrong() { echo "wrong: $1"; systemctl status "$unit" --no-pager --full >&2 || true; exit 1; }

is() { # PROPERTY VALUE, of the unit's last run
    found=$(systemctl show "$unit" --property "$1" --value)
    [ "$found" = "$2" ] || wrong "$1 is $found, wanted $2"
}

until_true() { # COMMAND, within 20 seconds
    for _ in $(seq 100); do eval "$1" && return; sleep 0.2; done
    wrong "$1"
}

fails() { # The unit, and all its tries
    systemctl start "$unit" 2>/dev/null && wrong "the unit succeeded"
    until_true '[ "$(systemctl show $unit --property ActiveState --value)" = failed ]'
}

alerts_are() { until_true "[ \"\$(wc -l </box/alerts)\" = $1 ]"; }

# Tries follow each other at once, no try waits for the lock, and a failure is told; all else is as installed.
mkdir -p /run/systemd/system/$unit.d
cat >/run/systemd/system/$unit.d/test.conf <<END
[Unit]
OnFailure=alert@%n.service
[Service]
RestartSec=100ms
ExecStart=
ExecStart=/usr/local/bin/shopscore nightly --config $settings
StandardError=append:/box/errors
END
cat >/run/systemd/system/alert@.service <<END
[Unit]
DefaultDependencies=no
[Service]
Type=oneshot
ExecStart=/bin/sh -c 'echo %i >>/box/alerts'
END
: >/box/alerts
useradd --system --user-group --no-create-home shopscore
systemctl daemon-reload

systemctl start "$unit" || true
is Result success
[ "$(stat -c %U:%a $lib/out $lib/state)" = "$(printf 'shopscore:755\nshopscore:755')" ] || wrong "folders: $(ls -la $lib)"
[ -e $lib/out/current/scores ] || wrong "nothing is published"
echo "a sound night: published by its own user, under all restrictions"

damaged=$(ls -d /srv/extracts/payments/dt=* | tail -n 2 | head -n 1)/part-9.parquet
echo damaged >"$damaged"
fails
is ExecMainStatus 3
is NRestarts 0
alerts_are 1
rm "$damaged"
systemctl reset-failed "$unit"
echo "a damaged extract: exit code 3, no further try, told once"

flock $lib/out/locks/run.lock sleep 600 &
holder=$!
fails
is ExecMainStatus 75
# The fifth restart is one start too many.
is NRestarts 5
alerts_are 2
kill "$holder"
systemctl reset-failed "$unit"
echo "a lock held by another run: exit code 75, tried 5 times, then told once"

install -d -o shopscore /var/elsewhere
sed -i 's#^out = .*#out = "/var/elsewhere"#' $settings
fails
is ExecMainStatus 5
[ -z "$(ls /var/elsewhere)" ] || wrong "written to a folder that the unit does not name"
sed -i "s#^out = .*#out = \"$lib/out\"#" $settings
systemctl reset-failed "$unit"
echo "a folder that the unit does not name: exit code 5, nothing written, though it is the user's"

# A machine that was off: the timer last ran three days ago, and nothing is published.
rm -r $lib/out/* $lib/state/*
mkdir -p /var/lib/systemd/timers /run/systemd/system/shopscore.timer.d
touch --date '3 days ago' /var/lib/systemd/timers/stamp-shopscore.timer
printf '[Timer]\nRandomizedDelaySec=0\n' >/run/systemd/system/shopscore.timer.d/test.conf
systemctl daemon-reload
systemctl start shopscore.timer
until_true "[ -e $lib/out/current/scores ]"
echo "a machine that was off at the time: the timer starts the night when it is back"
echo "all nights as they should be"
