-- For the end of /etc/prosody/prosody.cfg.lua: lets streamhost join as proxy.example.org.
--
-- Replace proxy.example.org by the proxy's address and changeme by a secret of your own; both are the same in
-- streamhost's configuration (xmpp.domain, xmpp.secret). As a subdomain of a VirtualHost the proxy is listed to
-- that host's users by itself; for another domain, add it to the VirtualHost's disco_items.
--
-- Prosody listens for components on port 5347 of the loopback addresses. If streamhost runs elsewhere, set
-- component_interfaces in the global section, above the first VirtualHost, and keep the port inside your network:
-- the component protocol is not encrypted. Remove a Component of type "proxy65", or clients may take that one.

Component "proxy.example.org"
	component_secret = "changeme"
