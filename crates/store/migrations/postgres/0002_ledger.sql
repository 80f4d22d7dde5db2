-- Ledgers: lines on accounts and their sums. A line is as final as the entry that posted it; a correction appends the difference. An account is
-- a record, of this unit or of one above.
create table ledger_line (
    unit_id uuid not null,
    ledger text not null,
    account uuid not null,
    record_id uuid not null,
    seq bigint not null,
    amount bigint not null,
    recorded_at bigint not null,
    primary key (unit_id, ledger, account, record_id, seq)
);

create table ledger_balance (
    unit_id uuid not null,
    ledger text not null,
    account uuid not null,
    balance bigint not null,
    primary key (unit_id, ledger, account)
);

-- How far each rhythm that opens records has come: the last day that is done.
create table schedule (
    unit_id uuid not null,
    name text not null,
    done_on bigint not null,
    primary key (unit_id, name)
);

-- The pack and the zone by which owes_at of a unit's records was worked out.
create table rhythm (
    unit_id uuid not null primary key,
    pack bigint not null,
    zone text not null
);
