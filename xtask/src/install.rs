//! The test of `docs/install.md`: its commands, word by word, on a Debian on which nothing was
//! installed.
//!
//! The package is made of the debug build, which the tests have at hand. Inside runs no systemd:
//! `systemctl` there is `xtask/scripts/systemctl.sh`, which runs the unit's own ExecStart under the
//! unit's user.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::process::Command;

use crate::failure::{About, Failure, Outcome};
use crate::process::{self, Finished};
use crate::{package, repository};

const PAGE: &str = "docs/install.md";

/// What is looked at beside what the page does: each is a piece of shell that fails when it is not
/// so.
const CHECKS: [(&str, &str); 26] = [
    ("a ticket was sold and paid", "mesto tickets --state /root/phone/second --json | grep -q '\"zone\":\"red\"'"),
    (
        "the books agree",
        "runuser -u mesto -- mesto admin ledger --config /etc/mesto/mesto.toml --json | grep -q '\"sums_to_zero\":true'",
    ),
    ("books and keys are their owner's alone", "! find /var/lib/mesto -perm /077 -type f | grep ."),
    ("the root key is not on the server's side", "test ! -e /var/lib/mesto/keys/root.seed"),
    ("the unit serves as its user", "test \"$(stat -c %U \"/proc/$(cat /run/mesto.pid)\")\" = mesto"),
    (
        "systemd takes the units",
        "for unit in mesto.service mesto-backup.service mesto-backup.timer mesto-doctor.service mesto-doctor.timer mesto-doctor@.service mesto-doctor@.timer; do systemd-analyze verify --man=no /usr/lib/systemd/system/$unit 2>&1 | (! grep mesto); done",
    ),
    (
        "systemd finds little exposed",
        "for unit in mesto mesto-backup mesto-doctor; do test \"$(systemd-analyze security --offline=true --no-pager $unit.service | sed -n \"s/.*exposure level for $unit.service: \\([0-9]*\\).*/\\1/p\")\" -le 1; done",
    ),
    (
        "timers come every day",
        "for unit in mesto-backup mesto-doctor; do systemd-analyze calendar --iterations=2 \"$(sed -n 's/^OnCalendar=//p' /usr/lib/systemd/system/$unit.timer)\" | grep -q 'Iter. #2'; done",
    ),
    (
        "the doctor of the package sees the database, and finds the demo bank and nothing wrong with the store",
        r#"not systemctl start mesto-doctor
grep -q '^error demo_bank' /var/log/mesto-doctor.log
not grep -E '^(error|warning) (store_|books_|keys_|key_set|root_key|bank_secret|config_|messages_|copy_|metrics_|postgres_)' /var/log/mesto-doctor.log"#,
    ),
    (
        "root is told how to ask a database that does not let root in",
        r#"sed -e '/^database-ca/d' -e 's|^database-url = .*|database-url = "postgres://mesto@%2Fvar%2Frun%2Fpostgresql/mesto"|' /etc/mesto/mesto.toml > /run/socket.toml
(mesto doctor --config /run/socket.toml || true) > /run/told
grep -A1 store_unusable /run/told | grep -q 'systemctl start mesto-doctor'
not mesto admin ledger --config /run/socket.toml 2> /run/told
grep -q 'runuser -u mesto -- mesto' /run/told
(runuser -u mesto -- mesto doctor --config /run/socket.toml --json || true) > /run/told
grep -q '"code":"books_wrong","state":"good"' /run/told"#,
    ),
    (
        "copies are their owner's alone, and of more than may stay the oldest go",
        r#"echo MESTO_COPIES=2 >> /etc/default/mesto
touch /var/backups/mesto/mesto-2020-01-01T000000Z.dump
systemctl start mesto-backup
ls -l /var/backups/mesto
test "$(find /var/backups/mesto -name 'mesto-2*.dump' -user mesto -perm 600 | wc -l)" = 2
test "$(find /var/backups/mesto -type f | wc -l)" = 2"#,
    ),
    (
        "what a second machine gets serves",
        r#"cd /root/second
test -s var/lib/mesto/keys/keys.json
test -z "$(find . -name root.seed)"
# Where that user finds it, though it is not `/`.
chmod 755 /root .
chown -R mesto etc/mesto/secrets
sed -e 's|"/etc/mesto|"/root/second/etc/mesto|; s|"/var/lib/mesto|"/root/second/var/lib/mesto|' \
  -e 's|10.0.0.2:8080|127.0.0.1:8084|; s|127.0.0.1:9464|127.0.0.1:9466|' etc/mesto/mesto.toml > /run/third.toml
runuser -u mesto -- env PGPASSFILE=/root/second/etc/mesto/pgpass mesto serve --config /run/third.toml > /run/third.log 2>&1 &
curl -fsS --retry 20 --retry-connrefused http://127.0.0.1:8084/readyz || { cat /run/third.log; false; }
kill $!"#,
    ),
    (
        "keys of another root do not serve the database",
        r#"runuser -u mesto -- mesto keys init /var/lib/mesto/restored/keys
install -m 0600 -o mesto /etc/mesto/secrets/bank /run/bank
not runuser -u mesto -- mesto serve --config /etc/mesto/mesto.toml --listen 127.0.0.1:0 --metrics-listen 127.0.0.1:0 \
  --bank-url http://127.0.0.1:0 --bank-secret-file /run/bank --keys /var/lib/mesto/restored/keys --json > /run/told 2>&1
grep -q store_of_another_root /run/told"#,
    ),
    (
        "events come at once through the proxy",
        "test \"$(curl -sN --max-time 5 -o /dev/null -w '%{http_code} %{time_starttransfer}' --cacert /etc/ssl/certs/parking.example.pem --resolve parking.example:443:127.0.0.1 -H 'accept: text/event-stream' -H \"authorization: Bearer $(sed -n 's/.*session_token\": *\"\\([^\"]*\\)\".*/\\1/p' /root/phone/second/secrets.json)\" https://parking.example/v1/events | cut -d. -f1)\" = '200 0'",
    ),
    (
        "the next version serves in both instances",
        "dpkg -s mesto | grep -q '^Version: .*+next$' && for one in mesto mesto@2; do test \"$(readlink \"/proc/$(cat \"/run/$one.pid\")/exe\")\" = /usr/bin/mesto; done",
    ),
    ("nobody was refused meanwhile", "test \"$(wc -l < /run/asked)\" -gt 20 && ! grep -v '^200$' /run/asked"),
    (
        "settings are as the operator left them",
        "cmp /etc/mesto/mesto.toml /run/settings && grep -q 'next version' /usr/share/mesto/mesto.toml && ! find /etc/mesto -name '*dpkg*' | grep .",
    ),
    (
        "a version that has to migrate a shared database restarts nothing and says so",
        r#"cat > /usr/local/sbin/mesto <<'END'
#!/bin/sh
test -n "$CREDENTIALS_DIRECTORY" || { echo 'asked without the environment of the instance'; exit 6; }
/usr/bin/mesto "$@" | sed 's/"pending":\[\]/"pending":["V2__next"]/'
END
restarts_nothing 'has to be migrated'"#,
    ),
    (
        "a version that cannot ask the database restarts nothing and says why",
        r#"printf '#!/bin/sh\necho no password >&2; exit 6\n' > /usr/local/sbin/mesto
restarts_nothing 'cannot be told, so nothing is restarted: no password'"#,
    ),
    (
        "an instance that does not start leaves the others alone, and the package goes on when that is mended",
        "cp /etc/mesto/mesto.toml /run/settings; OTHER=$(cat /run/mesto@2.pid); echo 'listen = \"203.0.113.1:9\"' >> /etc/mesto/mesto.toml; not dpkg -i /root/next/mesto*.deb; test \"$(cat /run/mesto@2.pid)\" = \"$OTHER\"; kill -0 \"$OTHER\"; cp /run/settings /etc/mesto/mesto.toml; systemctl start mesto; dpkg --configure mesto; ! kill -0 \"$OTHER\"",
    ),
    ("one instance ends in order", "systemctl stop mesto"),
    (
        "the other serves on behind the proxy",
        "curl -fsS --cacert /etc/ssl/certs/parking.example.pem --resolve parking.example:443:127.0.0.1 https://parking.example/v1/clock",
    ),
    (
        "a plain address leads to the one with TLS",
        "test \"$(curl -s -o /dev/null -w '%{http_code} %{redirect_url}' --resolve parking.example:80:127.0.0.1 http://parking.example/v1/clock)\" = '308 https://parking.example/v1/clock'",
    ),
    ("the other ends in order", "systemctl stop mesto@2"),
    (
        "its books, keys and copies outlive the package, and nothing else of it is left",
        r#"mkdir -p /etc/systemd/system/timers.target.wants
ln -s /usr/lib/systemd/system/mesto-doctor.timer /etc/systemd/system/timers.target.wants/
ln -s /usr/lib/systemd/system/mesto-doctor@.timer /etc/systemd/system/timers.target.wants/mesto-doctor@2.timer
dpkg --purge mesto
test -s /var/lib/mesto/keys/keys.json
ls /var/backups/mesto/mesto-*.dump
test ! -e /etc/mesto/mesto.toml
test -z "$(find /etc/systemd/system -name 'mesto*')""#,
    ),
    (
        "it is installed, upgraded and purged where nothing of systemd is, with the same user and folders",
        r#"rm -rf /run/systemd /usr/local/sbin/systemctl /var/lib/mesto /var/backups/mesto /etc/mesto
userdel mesto
rm -f /usr/bin/systemctl /bin/systemctl /usr/bin/systemd-* /bin/systemd-* /usr/bin/deb-systemd-*
hash -r
for again in 1 2; do
  dpkg -i /root/mesto_*.deb
  test "$(stat -c '%U %G %a' /var/lib/mesto /var/backups/mesto | sort -u)" = 'mesto mesto 700'
  getent passwd mesto | grep -q ':/var/lib/mesto:/usr/sbin/nologin$'
  runuser -u mesto -- mesto --version
done
dpkg --remove mesto
dpkg -i /root/mesto_*.deb
mkdir -p /run/systemd/system
dpkg -i /root/next/mesto*.deb
dpkg --purge mesto
test ! -e /var/lib/mesto"#,
    ),
];

/// Where the clean Debian lies, and its sign that it is whole.
pub fn debian() -> Outcome<PathBuf> {
    Ok(repository::root()?.join("target/operator/debian"))
}

/// Runs the page: how many blocks and checks went through, and what they said.
pub fn run() -> Outcome<(u64, Finished)> {
    let root = repository::root()?;
    let package = package::build(true)?;
    let page = fs::read_to_string(root.join(PAGE)).about(PAGE)?;
    let (script, steps) = script(&page)?;

    let place = root.join("target/operator");
    let put = place.join("put");
    if put.exists() {
        fs::remove_dir_all(&put)?;
    }
    fs::create_dir_all(&put)?;
    let name = package.file_name().map(PathBuf::from).unwrap_or_default();
    fs::copy(&package, put.join(&name)).about(package.display())?;
    let next = package::next(&package)?;
    fs::create_dir_all(put.join("next"))?;
    fs::copy(&next, put.join("next").join(next.file_name().unwrap_or_default())).about(next.display())?;
    let systemctl = put.join(".systemctl");
    fs::copy(root.join("xtask/scripts/systemctl.sh"), &systemctl)?;
    fs::set_permissions(&systemctl, fs::Permissions::from_mode(0o755))?;
    let steps_file = place.join("steps.sh");
    fs::write(&steps_file, script)?;

    let mut command = Command::new(root.join("xtask/scripts/clean-debian.sh"));
    command.arg("run").arg(debian()?).arg(place.join("copy")).arg(&put).arg(&steps_file);
    let finished = process::follow(&mut command)?;
    let done = finished.lines.iter().filter(|line| line.contains(DONE)).count() as u64;
    if finished.succeeded && done != steps {
        return Err(Failure::new(format!("{done} of {steps} steps of {PAGE} were done")));
    }
    Ok((done, finished))
}

/// What runs beside the upgrade: drivers who ask through the proxy. Only now does it look as if a
/// systemd ran, so that the package restarts what serves; nobody answers a question.
const MEANWHILE: &str = "\
cp /etc/mesto/mesto.toml /run/settings
mkdir -p /run/systemd/system
# Where the stand-in for systemctl lies.
echo 'DPkg::Path \"/usr/local/sbin:/usr/sbin:/usr/bin:/sbin:/bin\";' > /etc/apt/apt.conf.d/99-path
unset DEBIAN_FRONTEND
exec < /dev/null
(while sleep 0.1; do
  curl -s -o /dev/null -w '%{http_code}\\n' --cacert /etc/ssl/certs/parking.example.pem \
    --resolve parking.example:443:127.0.0.1 https://parking.example/v1/clock >> /run/asked
done) & ASKING=$!
trap 'kill $ASKING' EXIT
";

const DONE: &str = "== done: ";

/// What has to fail, also where it is not the last line of a check.
const NOT: &str = "\nnot() { if \"$@\"; then return 1; fi; }\n";

/// An upgrade, by a `mesto` that says something else than the one that is installed, restarts
/// nothing and says so.
const RESTARTS_NOTHING: &str = r#"
restarts_nothing() {
  chmod 755 /usr/local/sbin/mesto
  BEFORE=$(cat /run/mesto.pid /run/mesto@2.pid)
  dpkg -i /root/next/mesto*.deb 2>&1 | grep "$1"
  test "$(cat /run/mesto.pid /run/mesto@2.pid)" = "$BEFORE"
  kill -0 $BEFORE
  rm /usr/local/sbin/mesto
}
"#;

/// The page's blocks and the checks as one script of a shell, and how many they are.
fn script(page: &str) -> Outcome<(String, u64)> {
    let mut script = String::from(
        "set -euo pipefail\n\
         # The test's stand-in for a running systemd.\n\
         install -m 0755 /root/.systemctl /usr/local/sbin/systemctl\n\
         shopt -s inherit_errexit\n",
    );
    script.push_str(NOT);
    script.push_str(RESTARTS_NOTHING);
    let mut steps = 0;
    for (line, block) in blocks(page) {
        steps += 1;
        if block.contains("cd /root/next") {
            script.push_str(MEANWHILE);
        }
        script.push_str(&format!("echo '== {PAGE}:{line}'\n{block}\necho '{DONE}{PAGE}:{line}'\n"));
    }
    if steps < 8 {
        return Err(Failure::new(format!("{PAGE} has only {steps} blocks of commands")));
    }
    for (name, check) in CHECKS {
        steps += 1;
        let name = name.replace('\'', "'\\''");
        // In a shell of its own: `set -e` passes over `! …` and over all but the last part of
        // `… && …`, and the end of that shell is the end of its last line.
        script.push_str(&format!("echo '== check: {name}'\n(\ncd /var/lib/mesto\n{check}\n)\necho '{DONE}{name}'\n"));
    }
    Ok((script, steps))
}

/// Blocks of commands with the line they begin in, counted from 1.
fn blocks(page: &str) -> Vec<(usize, String)> {
    let mut found = Vec::new();
    let mut open: Option<(usize, String)> = None;
    for (index, line) in page.lines().enumerate() {
        match &mut open {
            Some(_) if line == "```" => found.extend(open.take()),
            Some((_, block)) => block.push_str(&format!("{line}\n")),
            None if line == "```sh" => open = Some((index + 2, String::new())),
            None => {}
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_blocks_of_commands_are_run_and_each_is_named_by_its_line() {
        let page = "text\n```sh\na\nb\n```\n```toml\nc = 1\n```\n```sh\nd\n```\n";
        assert_eq!(blocks(page), [(3, "a\nb\n".to_owned()), (10, "d\n".to_owned())]);
        assert!(script(page).is_err(), "a page that lost its commands is no page");
    }
}
