# A Debian machine with systemd for the guides' tests: Node.js, and the servers that are there already. None of them runs
# until a test starts it.
FROM node:24-bookworm-slim
RUN apt-get update \
 && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends \
      systemd dbus openssl iproute2 iptables prosody lua-unbound ejabberd haproxy \
 && systemctl disable prosody ejabberd haproxy \
 && apt-get clean && rm -rf /var/lib/apt/lists/*
WORKDIR /root
STOPSIGNAL SIGRTMIN+3
CMD ["/lib/systemd/systemd"]
