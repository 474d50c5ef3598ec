#!/bin/sh
# Writes the configuration from the environment and a secret file, then becomes ejabberd.
# XMPP_DOMAIN            the domain; the component is proxy.XMPP_DOMAIN
# COMPONENT_SECRET_FILE  a file whose first line is the component's secret
# ACCOUNTS_FILE          a file with one user:password a line (optional)
set -eu
: "${XMPP_DOMAIN:?is not set, expected a domain such as example.org}"
: "${COMPONENT_SECRET_FILE:?is not set, expected the path of a file}"
# In single quotes YAML knows one special character, the quote itself.
secret=$(head -n 1 "$COMPONENT_SECRET_FILE" | sed "s/'/''/g")
[ -n "$secret" ] || { echo "$COMPONENT_SECRET_FILE is empty, expected the component's secret in its first line" >&2; exit 1; }

umask 077
cat >/tmp/ejabberd.yml <<CONFIGURATION
hosts: ['$XMPP_DOMAIN']
loglevel: info
# No certificate is shipped, so clients log in by SCRAM without TLS.
disable_sasl_mechanisms: [digest-md5]
auth_password_format: scram
# On all interfaces of the container: the networks of the compose file decide who gets here.
listen:
  - { port: 5222, ip: "::", module: ejabberd_c2s, access: c2s }
  - port: 5347
    ip: "::"
    module: ejabberd_service
    access: all
    hosts:
      'proxy.$XMPP_DOMAIN':
        password: '$secret'
access_rules:
  c2s: { allow: all }
modules:
  mod_disco: {}
  mod_ping: {}
  mod_roster: {}
${ACCOUNTS_FILE:+  mod_accounts_file: { accounts_file: '$ACCOUNTS_FILE' \}}
CONFIGURATION

# A node without a name needs neither epmd nor a cookie. Erlang stops in order on SIGTERM.
ERL_LIBS=$(cat /opt/modules/libraries)
export ERL_LIBS EJABBERD_CONFIG_PATH=/tmp/ejabberd.yml EJABBERD_LOG_PATH=/tmp/ejabberd.log ERL_CRASH_DUMP=/dev/null HOME=/tmp
cd /var/lib/ejabberd
exec erl -noinput -noshell -pa /opt/modules -mnesia dir '"/var/lib/ejabberd"' -s ejabberd
