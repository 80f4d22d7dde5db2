-- Ledgers: lines on accounts and their sums. A line is as final as the entry that posted it; a correction appends the difference. An account is
-- a record, of this unit or of one above.
create table ledger_line (
    unit_id blob not null,
    ledger text not null,
    account blob not null,
    record_id blob not null,
    seq integer not null,
    amount integer not null,
    recorded_at integer not null,
    primary key (unit_id, ledger, account, record_id, seq)
) strict, without rowid;

create table ledger_balance (
    unit_id blob not null,
    ledger text not null,
    account blob not null,
    balance integer not null,
    primary key (unit_id, ledger, account)
) strict, without rowid;

-- How far each rhythm that opens records has come: the last day that is done.
create table schedule (
    unit_id blob not null,
    name text not null,
    done_on integer not null,
    primary key (unit_id, name)
) strict, without rowid;

-- The pack and the zone by which owes_at of a unit's records was worked out.
create table rhythm (
    unit_id blob not null primary key,
    pack integer not null,
    zone text not null
) strict, without rowid;
