-- Prosody for trying streamhost out: one domain, one external component, accounts from a file.
-- XMPP_DOMAIN            the domain; the component is proxy.XMPP_DOMAIN
-- COMPONENT_SECRET_FILE  a file whose first line is the component's secret
-- ACCOUNTS_FILE          a file with one user:password a line (optional)
local function first_line(path)
	local file = assert(io.open(path));
	local line = file:read("*l");
	file:close();
	return assert(line, path .. " is empty, expected the component's secret in its first line");
end

local domain = assert(ENV_XMPP_DOMAIN, "XMPP_DOMAIN is not set, expected a domain such as example.org");
local secret_file = assert(ENV_COMPONENT_SECRET_FILE, "COMPONENT_SECRET_FILE is not set, expected the path of a file");

modules_enabled = { "disco", "ping", "posix", "roster", "saslauth", "version" }
modules_disabled = { "s2s" }
plugin_paths = { "/opt/prosody/modules" }
data_path = "/var/lib/prosody"
authentication = "internal_hashed"

-- No certificate is shipped, so clients log in by SCRAM without TLS. With one of yours in /etc/prosody/certs,
-- enable the module "tls" and set this to true.
c2s_require_encryption = false

-- On all interfaces of the container: the network of the compose file decides who gets here.
component_interfaces = { "*" }

log = { { levels = { min = "info" }, to = "console" } }

VirtualHost(domain) {
	modules_enabled = { "accounts_file" },
	accounts_file = ENV_ACCOUNTS_FILE,
}

Component("proxy." .. domain) {
	component_secret = first_line(secret_file),
}
