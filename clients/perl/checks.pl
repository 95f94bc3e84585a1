# DBD::Pg, by Perl's DBI.
use strict;
use warnings;
use DBI;
use DBD::Pg qw(:pg_types);

sub connected {
    return DBI->connect("dbi:Pg:", $ENV{PGUSER}, $ENV{PGPASSWORD},
        { RaiseError => 1, PrintError => 0, AutoCommit => 1, pg_enable_utf8 => 1, @_ });
}

sub same {
    my ($found, $expected) = @_;
    $found = join("|", map { defined $_ ? $_ : "null" } @$found) if ref $found;
    die "found $found, expected $expected\n" if $found ne $expected;
}

my %checks = (
    "types are read" => sub {
        my $row = connected()->selectrow_arrayref("SELECT 1, 1.50::numeric(8,2), true, 'x'::text, DATE '2026-11-23', NULL::int");
        same($row, "1|1.50|1|x|2026-11-23|null");
        same(connected()->selectrow_arrayref("SELECT ARRAY[1, 2]")->[0], "1|2");
    },
    "parameters arrive" => sub {
        my $query = connected()->prepare("SELECT order_id FROM silver.orders WHERE order_id = ? AND total < ?");
        $query->execute(1, 100.5);
        same($query->fetchrow_arrayref, "1");
        same(connected()->selectrow_arrayref("SELECT ?::text", undef, "it's"), "it's");
    },
    "tables columns and keys are listed" => sub {
        my $dbh = connected();
        same([map { $_->[2] } @{ $dbh->table_info(undef, "silver", "%", "TABLE")->fetchall_arrayref }], "customers|numbers|orders");
        same([map { $_->[3] } @{ $dbh->column_info(undef, "silver", "orders", "%")->fetchall_arrayref }], "order_id|customer_id|order_date|total");
        same([$dbh->primary_key(undef, "silver", "orders")], "order_id");
        my $keys = $dbh->foreign_key_info(undef, undef, undef, undef, "silver", "orders")->fetchall_arrayref;
        same([@{ $keys->[0] }[2, 3, 6, 7]], "customers|customer_id|orders|customer_id");
        die "no types\n" unless @{ $dbh->type_info_all } > 1;
    },
    "a transaction and its savepoint roll back" => sub {
        my $dbh = connected(AutoCommit => 0);
        $dbh->do("SELECT 1");
        $dbh->pg_savepoint("s");
        eval { $dbh->do("SELECT nothing") };
        same($dbh->state, "42703");
        $dbh->pg_rollback_to("s");
        same($dbh->selectrow_arrayref("SELECT 1"), "1");
        $dbh->rollback;
        $dbh->disconnect;
    },
    "copy reads and writes" => sub {
        my $dbh = connected();
        $dbh->do("COPY bronze.inbox FROM STDIN WITH (FORMAT csv)");
        $dbh->pg_putcopydata("301,perl\n");
        $dbh->pg_putcopyend;
        $dbh->do("COPY (SELECT id FROM bronze.inbox WHERE label = 'perl') TO STDOUT");
        my $line = "";
        $dbh->pg_getcopydata($line);
        same($line, "301\n");
        same($dbh->pg_getcopydata($line), "-1");
    },
    "ping and server version" => sub {
        my $dbh = connected();
        die "no ping\n" unless $dbh->ping;
        die "version $dbh->{pg_server_version}\n" unless $dbh->{pg_server_version} >= 150000;
    },
);

for my $name (sort keys %checks) {
    eval { $checks{$name}->(); 1 } ? print "ok $name\n" : print "failed $name: ", $@ =~ s/\s+/ /gr, "\n";
}
