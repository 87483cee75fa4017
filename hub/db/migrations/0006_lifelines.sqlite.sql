-- The file that a living worker keeps locked (hub/mail/lifeline.py); empty where there is none.
ALTER TABLE workers ADD COLUMN lifeline TEXT NOT NULL DEFAULT '';
