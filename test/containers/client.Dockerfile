# A user for the container tests: slixmpp from Debian with the actor that the interop tests steer.
FROM debian:bookworm-slim
RUN apt-get update \
 && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends python3-slixmpp \
 && apt-get clean && rm -rf /var/lib/apt/lists/*
COPY slixmpp-actor.py /actor.py
USER nobody
CMD ["python3", "/actor.py"]
