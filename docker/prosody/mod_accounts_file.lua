-- Creates the accounts of the option accounts_file, one user:password a line, unless they are there already.
local usermanager = require "core.usermanager";

local path = module:get_option_string("accounts_file");
if not path then return; end

local file, problem = io.open(path);
if not file then
	module:log("error", "accounts_file cannot be read: %s", problem);
	return;
end

for line in file:lines() do
	local user, password = line:match("^([^#:%s]+):(.+)$");
	if user and not usermanager.user_exists(user, module.host) then
		local created, why = usermanager.create_user(user, password, module.host);
		if created then
			module:log("info", "Created the account %s@%s", user, module.host);
		else
			module:log("error", "Could not create the account %s@%s: %s", user, module.host, why);
		end
	end
end
file:close();
