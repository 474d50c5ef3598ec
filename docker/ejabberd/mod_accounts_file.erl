%% Creates the accounts of the option accounts_file, one user:password a line, unless they are there already.
-module(mod_accounts_file).
-behaviour(gen_mod).
-include_lib("kernel/include/logger.hrl").
-export([start/2, stop/1, reload/3, depends/2, mod_options/1, mod_opt_type/1, mod_doc/0]).

%% The modules are started before the store of the accounts is.
start(Host, Options) ->
    Path = gen_mod:get_opt(accounts_file, Options),
    ejabberd_hooks:add(ejabberd_started, fun() -> create_all(Path, Host) end, 50),
    ok.

create_all(Path, Host) ->
    case file:read_file(Path) of
        {ok, Text} ->
            Lines = binary:split(Text, [<<"\n">>, <<"\r">>], [global, trim_all]),
            lists:foreach(fun(Line) -> create(Line, Host) end, Lines);
        {error, Why} ->
            ?LOG_ERROR("accounts_file ~ts cannot be read: ~ts", [Path, file:format_error(Why)])
    end,
    ok.

create(Line, Host) ->
    case re:run(Line, "^([^#:\\s]+):(.+)$", [{capture, all_but_first, binary}]) of
        {match, [User, Password]} ->
            case ejabberd_auth:try_register(User, Host, Password) of
                ok -> ?LOG_INFO("Created the account ~ts@~ts", [User, Host]);
                {error, exists} -> ok;
                {error, Why} -> ?LOG_ERROR("Could not create the account ~ts@~ts: ~p", [User, Host, Why])
            end;
        nomatch ->
            ok
    end.

stop(_Host) -> ok.
reload(_Host, _New, _Old) -> ok.
depends(_Host, _Options) -> [].
mod_options(_Host) -> [accounts_file].
mod_opt_type(accounts_file) -> econf:binary().
mod_doc() -> #{}.
