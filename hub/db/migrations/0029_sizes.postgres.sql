-- How many active readers the list had at the end of each day, as it was counted then: a number a
-- day. A day on which nothing changed, or on which the hub was off, has none.
CREATE TABLE list_sizes (
  day text COLLATE "C" PRIMARY KEY,
  active bigint NOT NULL
);
