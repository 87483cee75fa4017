-- What was typed in the steps of setting up, and does not count yet. Never a password.
CREATE TABLE setup_answers (
  name text COLLATE "C" PRIMARY KEY,
  value text COLLATE "C" NOT NULL
);

-- The steps that the owner goes through after that, as far as they were.
CREATE TABLE first_steps (
  name text COLLATE "C" PRIMARY KEY,
  state text COLLATE "C" NOT NULL CHECK (state IN ('done', 'skipped')),
  at text COLLATE "C" NOT NULL
);

-- The mail server that was named at the desk. Its password is sealed with the hub's secret key.
CREATE TABLE chosen_relay (
  id bigint PRIMARY KEY CHECK (id = 1),
  host text COLLATE "C" NOT NULL,
  port bigint NOT NULL,
  tls text COLLATE "C" NOT NULL CHECK (tls IN ('required', 'implicit', 'no')),
  username text COLLATE "C" NOT NULL,
  password bytea NOT NULL,
  at text COLLATE "C" NOT NULL
);
