-- An address, or a name that was made of one, without the password in it. `maskAddress` in mask-secrets.ts does the
-- same before it is stored; this is for what other clients store.
create or replace function process_tracker.mask_address(address text) returns text language sql immutable as $$
  select case when address !~ '[@=]' then address else
    regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(address,
      '^((?!https?:)[a-z][a-z0-9+.-]*://[^/@:]*):[^/]*@', '\1:***@', 'i'),
      '([a-z][a-z0-9+.-]{0,40}://[^\s/?#@:]*):[^\s/?#]*@', '\1:***@', 'gi'),
      '(https?://)[^\s/?#@:]+@', '\1***@', 'gi'),
      '^(\S+ (?:- )?[^\s/:@]+):[^\s/\\@][^\s/@]*@', '\1:***@'),
      '^(jdbc:oracle:\w+:[^\s/:@]+)/[^\s@]+@', '\1/***@', 'i'),
      case when address ~* '^[a-z][a-z0-9+.-]+:' then
        '([?&;][\w.-]*(?:pass(?:word|wd|phrase)?|pwd|secret|token|sig|signature|credential'
        '|api[_-]?key|access[_-]?key|account[_-]?key)=)[^&;#\s]+' else '^\M' end, '\1***', 'gi')
    end
$$;
