-- What no other open record of the unit may have the same, such as a grid's code; null: the record claims nothing.
alter table record add column claim text;
create unique index record_claim on record (unit_id, claim) where claim is not null;
