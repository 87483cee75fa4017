-- A text as a JSON string, by the name that it has in SQLite and with the same bytes.
CREATE FUNCTION json_quote(value text) RETURNS text
LANGUAGE sql STABLE STRICT PARALLEL SAFE
AS 'SELECT to_json(value)::text';
