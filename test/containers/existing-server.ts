// XMPP servers as an operator has them before he reads a guide, with two users; and a file that these users move.

import type { Machine } from './machine.ts';

const STREAMHOST = '/opt/streamhost/bin/streamhost';

/** Debian's Prosody with a domain, a certificate of its own and mod_proxy65. */
export async function existingProsody(machine: Machine): Promise<void> {
  await machine.run(`openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=example.org \\
  -keyout /etc/prosody/certs/example.org.key -out /etc/prosody/certs/example.org.crt 2>/dev/null
cat >/etc/prosody/conf.d/example.org.cfg.lua <<'END'
-- COMPAT @xmpp/client 0.14.0: it counts one stanza too many for mod_smacks, which then ends the session.
VirtualHost "example.org"
	modules_disabled = { "smacks" }
END
cat >>/etc/prosody/prosody.cfg.lua <<'END'

Component "proxy65.example.org" "proxy65"
	proxy65_address = "203.0.113.7"
	proxy65_acl = { "example.org" }
END
chgrp -R prosody /etc/prosody/certs /etc/prosody/conf.d
chmod 640 /etc/prosody/certs/example.org.key
prosodyctl register alice example.org one
prosodyctl register bob example.org two
systemctl start prosody`);
  await writePasswords(machine);
}

/** Debian's ejabberd, with a domain in place of localhost. */
export async function existingEjabberd(machine: Machine): Promise<void> {
  await machine.run(`sed -i 's/^  - localhost$/  - example.org/' /etc/ejabberd/ejabberd.yml
systemctl start ejabberd
for try in $(seq 100); do ejabberdctl status >/dev/null 2>&1 && break; sleep 0.2; done
ejabberdctl register alice example.org one
ejabberdctl register bob example.org two`);
  await writePasswords(machine);
}

async function writePasswords(machine: Machine): Promise<void> {
  await machine.write('/root/alice', 'one\n');
  await machine.write('/root/bob', 'two\n');
}

/** Moves a file from Alice to Bob through a proxy; the address that its bytes went to. @throws Error when it did not arrive */
export async function moveFile(machine: Machine, proxy: string): Promise<string> {
  const said = await machine.run(`rm -rf /root/received /root/receive.log && mkdir /root/received
head -c 3000000 /dev/urandom >/root/file
server="--service xmpp://127.0.0.1:5222 --insecure --no-direct"
until ${STREAMHOST} health --ready --config /etc/streamhost/streamhost.yaml >/dev/null 2>&1; do sleep 0.3; done
${STREAMHOST} receive --jid bob@example.org/home --password-file /root/bob $server --dir /root/received --accept all --once --json >/root/receive.log 2>&1 &
receiver=$!
trap 'kill $receiver 2>/dev/null || true' EXIT
until grep -qs '"event":"ready"' /root/receive.log; do kill -0 $receiver; sleep 0.1; done
${STREAMHOST} send --jid alice@example.org/desk --password-file /root/alice $server --proxy ${proxy} --method s5b --json /root/file bob@example.org/home
wait $receiver
cmp /root/file /root/received/file`);
  const [, host, port] = /"event":"done".*"host":"([^"]+)","port":(\d+)/.exec(said) ?? [];
  return `${host}:${port}`;
}
