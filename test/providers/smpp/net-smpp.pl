# An SMSC by Net::SMPP: says what it was sent, a line each, takes every message, and reports it delivered.
use strict;
use warnings;
use Net::SMPP;

$| = 1;
my $listen = Net::SMPP->new_listen('127.0.0.1', port => 0, smpp_version => 0x34, async => 1) or die "listen: $!";
print 'listening on ', $listen->sockport, "\n";
my $smpp = $listen->accept or die "accept: $!";
while (my $pdu = $smpp->read_pdu) {
    my ($command, $seq) = ($pdu->{cmd}, $pdu->{seq});
    if ($command == 0x09) {
        print join('|', 'bind', $pdu->{system_id}, $pdu->{password}, $pdu->{interface_version}), "\n";
        $smpp->bind_transceiver_resp(system_id => 'perl', seq => $seq);
    } elsif ($command == 0x04) {
        my @fields = qw(source_addr source_addr_ton destination_addr dest_addr_ton esm_class data_coding registered_delivery validity_period);
        print join('|', 'submit', (map { $pdu->{$_} } @fields), unpack('H*', $pdu->{short_message})), "\n";
        $smpp->submit_sm_resp(message_id => "00$seq", seq => $seq);
        my $receipt = "id:00$seq sub:001 dlvrd:001 submit date:2601010101 done date:2601010102 stat:DELIVRD err:000 text:";
        $smpp->deliver_sm(async => 1, esm_class => 4, short_message => $receipt,
            source_addr => $pdu->{destination_addr}, source_addr_ton => 1, destination_addr => $pdu->{source_addr});
    } elsif ($command == 0x80000005) {
        print "kept|$pdu->{status}\n";
    } elsif ($command == 0x15) {
        $smpp->enquire_link_resp(seq => $seq);
    } elsif ($command == 0x06) {
        print "unbind\n";
        $smpp->unbind_resp(seq => $seq);
        last;
    }
}
