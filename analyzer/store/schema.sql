-- The case database. Times are nanoseconds since 1970 UTC on the common clock, unless said
-- otherwise. `dir` is 0 from client to server, 1 back. Columns in pairs are named *_client and
-- *_server after the end that sent what they measure.

-- What made this file: 'program' with its version, 'command', 'tunnel-01' and so on for what --tunnel
-- named; 'anonymized' in a copy that is.
CREATE TABLE meta (
    key   TEXT PRIMARY KEY,
    value TEXT
) STRICT, WITHOUT ROWID;

-- A point: a place where packets were recorded.
CREATE TABLE point (
    id             INTEGER PRIMARY KEY,
    name           TEXT NOT NULL UNIQUE,
    offset_ns      INTEGER NOT NULL,  -- raw time less common time, at origin_ns
    drift_ppb      INTEGER NOT NULL,  -- how much that grows with the raw time
    origin_ns      INTEGER NOT NULL,  -- raw
    clock_error_ns INTEGER,           -- how far the clock may be off; NULL: not known
    clock_method   TEXT NOT NULL      -- 'reference', 'agrees', 'offset', 'drift', 'step', 'none'
) STRICT;

-- A capture: one file.
CREATE TABLE capture (
    id          INTEGER PRIMARY KEY,
    point_id    INTEGER REFERENCES point(id),  -- NULL where the file holds several points
    path        TEXT NOT NULL,
    sha256      TEXT NOT NULL,
    format      TEXT NOT NULL,        -- 'pcap', 'pcapng', 'snoop'
    linktype    TEXT NOT NULL,        -- libpcap's name: 'EN10MB', 'LINUX_SLL2'
    snaplen     INTEGER NOT NULL,
    packets     INTEGER NOT NULL,
    segments    INTEGER NOT NULL,     -- packets that became rows of `segment`
    first_ns    INTEGER,              -- of any packet, on the common clock; NULL: no packet
    last_ns     INTEGER,
    status      TEXT NOT NULL,        -- 'complete', 'truncated', 'damaged'
    message     TEXT,                 -- why it is not complete
    first_frame INTEGER NOT NULL,     -- frame - first_frame + 1 is the number in the file
    dropped     INTEGER               -- packets that it says itself it missed; NULL: not said
) STRICT;

-- What somebody wrote into a pcapng file.
CREATE TABLE comment (
    id         INTEGER PRIMARY KEY,
    capture_id INTEGER NOT NULL REFERENCES capture(id),
    frame      INTEGER,               -- as in `segment`; NULL: about the whole file
    text       TEXT NOT NULL
) STRICT;

-- Packets that are no row of `segment`, counted by reason. Nothing is lost silently.
CREATE TABLE skipped (
    capture_id INTEGER NOT NULL REFERENCES capture(id),
    reason     TEXT NOT NULL,
    packets    INTEGER NOT NULL,
    PRIMARY KEY (capture_id, reason)
) STRICT, WITHOUT ROWID;

-- What the analysis could not know, or had to give up: what limits its conclusions.
CREATE TABLE remark (
    id   INTEGER PRIMARY KEY,
    kind TEXT NOT NULL,               -- 'ambiguous-link', 'clock', 'nat-map', 'given-up', 'drops',
                                      -- 'broken-rule'
    text TEXT NOT NULL                -- one sentence
) STRICT;

-- A TCP connection from end to end, named as its two ends name it.
CREATE TABLE connection (
    id              INTEGER PRIMARY KEY,   -- in the order of the first segment
    client_addr     TEXT NOT NULL,         -- as seen nearest to the client
    client_port     INTEGER NOT NULL,
    server_addr     TEXT NOT NULL,         -- as seen nearest to the server
    server_port     INTEGER NOT NULL,
    first_ns        INTEGER NOT NULL,
    last_ns         INTEGER NOT NULL,
    outcome         TEXT NOT NULL,         -- 'established', 'refused', 'unanswered', 'reset',
                                           -- 'closed', 'half-closed', 'midstream'
    legs            INTEGER NOT NULL,
    link_method     TEXT,                  -- 'handshake', 'fingerprint', 'nat-map', 'payload': the
                                           -- weakest that was needed; NULL: only one leg
    link_confidence REAL,                  -- 0 to 1; NULL: only one leg
    reuse_of        INTEGER,               -- the connection that had the tuple before
    handshake_ns    INTEGER,               -- first SYN to the client's ACK; NULL: not seen whole
    leg_id          INTEGER NOT NULL REFERENCES leg(id) -- the one nearest to the client
) STRICT;

-- A connection's appearance at one point, under the tuple that it had there.
CREATE TABLE leg (
    id              INTEGER PRIMARY KEY,
    connection_id   INTEGER NOT NULL REFERENCES connection(id),
    point_id        INTEGER NOT NULL REFERENCES point(id),
    path_position   INTEGER NOT NULL,      -- 0 is the leg nearest to the client
    client_addr     TEXT NOT NULL,
    client_port     INTEGER NOT NULL,
    server_addr     TEXT NOT NULL,
    server_port     INTEGER NOT NULL,
    encap           TEXT,                  -- outermost first: 'vlan 5 vxlan 42'; NULL: none
    encap_bytes_client INTEGER NOT NULL DEFAULT 0,-- what that adds to each IP datagram, by direction
    encap_bytes_server INTEGER NOT NULL DEFAULT 0,
    nat             TEXT NOT NULL,         -- 'none', 'snat', 'dnat', 'both'
    isn_client      INTEGER,               -- raw; NULL: SYN not seen
    isn_server      INTEGER,
    mss_client      INTEGER,               -- options of the SYNs; NULL: absent or not seen
    mss_server      INTEGER,
    wscale_client   INTEGER,
    wscale_server   INTEGER,
    sack_client     INTEGER,               -- 1: SACK permitted
    sack_server     INTEGER,
    ts_client       INTEGER,               -- 1: timestamps offered
    ts_server       INTEGER,
    ttl_min_client  INTEGER,               -- of all segments but RSTs
    ttl_min_server  INTEGER,
    ttl_max_client  INTEGER,
    ttl_max_server  INTEGER,
    win_max_client  INTEGER,               -- largest window advertised, bytes, scaled
    win_max_server  INTEGER,
    segments_client INTEGER NOT NULL,      -- rows of `segment`
    segments_server INTEGER NOT NULL,
    bytes_client    INTEGER NOT NULL,      -- their payload, retransmissions included
    bytes_server    INTEGER NOT NULL,
    sightings_client INTEGER NOT NULL DEFAULT 0, -- how many of these rows the point had seen before
    sightings_server INTEGER NOT NULL DEFAULT 0, --   (mark 32): they are no repetitions
    syns            INTEGER NOT NULL,      -- how many of these rows are a SYN without ACK,
    synacks         INTEGER NOT NULL,      --   a SYN with ACK, …
    fins_client     INTEGER NOT NULL,
    fins_server     INTEGER NOT NULL,
    rsts_client     INTEGER NOT NULL,
    rsts_server     INTEGER NOT NULL,
    sightings_syns  INTEGER NOT NULL DEFAULT 0, -- how many of those the point had seen before: what
    sightings_synacks     INTEGER NOT NULL DEFAULT 0, --   was sent is syns - sightings_syns, …
    sightings_fins_client INTEGER NOT NULL DEFAULT 0,
    sightings_fins_server INTEGER NOT NULL DEFAULT 0,
    sightings_rsts_client INTEGER NOT NULL DEFAULT 0,
    sightings_rsts_server INTEGER NOT NULL DEFAULT 0,
    opening         TEXT NOT NULL DEFAULT 'none', -- 'handshake', 'simultaneous', 'split', 'fast-open',
                                           -- 'midstream', 'none': a SYN, and no connection came of it
    syn_answer      TEXT,                  -- what came first after the SYN: 'syn-ack', 'syn', 'rst',
                                           -- 'challenge-ack', 'icmp', 'none', 'unseen': it went on
                                           -- without one; NULL: no SYN
    syn_icmp_type   INTEGER,               -- of the first ICMP error that quotes the SYN; NULL: none
    syn_icmp_code   INTEGER,
    state_client    TEXT NOT NULL DEFAULT 'unknown', -- when the leg ends: 'ESTABLISHED', 'CLOSE-WAIT', …
    state_server    TEXT NOT NULL DEFAULT 'unknown', --   (RFC 9293 §3.3.2), as far as it shows
    state_ns_client INTEGER,               -- since when; NULL: unknown
    state_ns_server INTEGER,
    first_ns        INTEGER NOT NULL,
    last_ns         INTEGER NOT NULL,
    first_segment   INTEGER NOT NULL REFERENCES segment(id),
    last_segment    INTEGER NOT NULL REFERENCES segment(id)
) STRICT;

-- A TCP segment as seen at one point.
CREATE TABLE segment (
    id          INTEGER PRIMARY KEY,  -- in the merged time order, from 1
    ts_ns       INTEGER NOT NULL,
    leg_id      INTEGER NOT NULL REFERENCES leg(id),
    dir         INTEGER NOT NULL,
    frame       INTEGER NOT NULL,     -- runs on over all captures
    seq         INTEGER NOT NULL,     -- raw, as on the wire
    off         INTEGER NOT NULL,     -- bytes since the sender's ISN, unwrapped
    ack_off     INTEGER,              -- bytes since the receiver's ISN; NULL: no ACK flag
    len         INTEGER NOT NULL,     -- payload as sent, whatever was captured of it
    ip_len      INTEGER NOT NULL,     -- IP datagram as sent, without any tunnel around it
    flags       INTEGER NOT NULL,     -- 1 FIN, 2 SYN, 4 RST, 8 PSH, 16 ACK, 32 URG, 64 ECE, 128 CWR
    win         INTEGER NOT NULL,     -- raw, not scaled
    ttl         INTEGER NOT NULL,     -- hop limit in IPv6
    ip_id       INTEGER,              -- NULL in IPv6
    tsval       INTEGER,              -- NULL: no timestamp option
    tsecr       INTEGER,
    seen_before INTEGER,              -- the sighting of it at the neighbouring point; with mark 32
                                      --   the first one at this point
    marks       INTEGER NOT NULL      -- bits: 1 retransmission, 2 out of order, 4 late,
                                      --   8 fragmented, 16 cut before its options were whole,
                                      --   32 seen at this point before: no events of its own,
) STRICT;                             --   64 a duplicate that the network made

-- The headers of a leg's first SYN as they were captured, innermost IP datagram, without payload.
CREATE TABLE syn (
    leg_id     INTEGER PRIMARY KEY REFERENCES leg(id),
    segment_id INTEGER NOT NULL REFERENCES segment(id),
    tos        INTEGER NOT NULL,      -- DSCP << 2 | ECN; traffic class in IPv6
    df         INTEGER NOT NULL,      -- 1: don't fragment; always in IPv6
    options    TEXT NOT NULL,         -- kinds in their order: 'mss,sackOK,ts,nop,wscale'
    ip_header  BLOB NOT NULL,         -- with options or extension headers
    tcp_header BLOB NOT NULL          -- with options
) STRICT;

-- A fact about a segment. The kinds, and what a and b mean: analyzer/track/README.md. Indexed by kind.
CREATE TABLE event (
    id         INTEGER PRIMARY KEY,
    segment_id INTEGER NOT NULL REFERENCES segment(id),
    leg_id     INTEGER NOT NULL REFERENCES leg(id),
    kind       TEXT NOT NULL,
    a          INTEGER,
    b          INTEGER,
    cause      TEXT,                  -- of kinds that have several
    decided_by TEXT,                  -- the observation that spoke for this cause
    confidence REAL                   -- 0 to 1
) STRICT;

-- A RST, once at each point that saw it. The conditions: analyzer/track/README.md.
CREATE TABLE reset (
    segment_id     INTEGER PRIMARY KEY REFERENCES segment(id),
    leg_id         INTEGER NOT NULL REFERENCES leg(id),
    dir            INTEGER NOT NULL,
    place          TEXT NOT NULL,     -- 'exact', 'in-window', 'below', 'above', 'unknown'
    distance       INTEGER,           -- bytes from the exact number; NULL: not known
    answers        INTEGER,           -- the segment that it answers; NULL: none, or not known
    answers_by     TEXT NOT NULL,     -- 'copied', 'late', 'acknowledged', 'own', 'unmatched'
    answer_ns      INTEGER,           -- since that segment
    ttl_step       INTEGER,           -- its TTL less that of its direction; NULL: none seen
    ip_id_step     INTEGER,           -- its IP-ID less the newest; NULL: they are no counter
    has_ts         INTEGER NOT NULL,  -- 1: timestamps
    ts_expected    INTEGER NOT NULL,  -- 1: its direction carries them
    has_ack        INTEGER NOT NULL,  -- 1: flag ACK
    win            INTEGER NOT NULL,  -- raw
    len            INTEGER NOT NULL,  -- bytes of data in it
    fin_sender     INTEGER NOT NULL,  -- 1: a FIN of that end was seen before it
    fin_receiver   INTEGER NOT NULL,
    rst_seq_change INTEGER NOT NULL,  -- 1: marks of forged RSTs
    rst_seq_data   INTEGER NOT NULL,
    data_seq_rst   INTEGER NOT NULL,
    rst_ack_change INTEGER NOT NULL,
    after          TEXT NOT NULL,     -- 'ignored', 'challenged', 'reset', 'syn-again', 'continued',
                                      --   'reused', 'nothing', 'given-up'
    after_id       INTEGER,           -- the segment that tells
    sender_after   INTEGER,           -- with which its sender went on; NULL: it did not
    receiver_after INTEGER,           -- which shows that its receiver went on; NULL: none does
    proof          TEXT               -- of that: 'echo', 'ack', 'time'
) STRICT;

-- What conntrack would have said of a segment: a row for each kernel that was asked, at the points
-- where it was asked, for the segments that one of them does not accept. `kernel` is its version and
-- sysctls: '5.10', '6.1', '5.10,be_liberal', and what --conntrack names beside those.
CREATE TABLE conntrack (
    segment_id INTEGER NOT NULL REFERENCES segment(id),
    leg_id     INTEGER NOT NULL REFERENCES leg(id),
    kernel     TEXT NOT NULL,
    verdict    TEXT NOT NULL,         -- 'accept', 'ignore', 'invalid'
    reason     TEXT NOT NULL,         -- the test that failed, even if it was let through; see
                                      -- analyzer/track/README.md
    bound      INTEGER,               -- raw: the last number that would have passed; NULL: the
                                      -- test is of no number
    margin     INTEGER,               -- bytes beyond it
    PRIMARY KEY (segment_id, kernel)
) STRICT, WITHOUT ROWID;

-- An ICMP or ICMPv6 error.
CREATE TABLE icmp (
    id          INTEGER PRIMARY KEY,
    ts_ns       INTEGER NOT NULL,
    point_id    INTEGER NOT NULL REFERENCES point(id),
    frame       INTEGER NOT NULL,
    type        INTEGER NOT NULL,
    code        INTEGER NOT NULL,
    version     INTEGER NOT NULL,     -- 4: ICMP, 6: ICMPv6
    src         TEXT NOT NULL,        -- who sent the error
    ttl         INTEGER NOT NULL,
    leg_id      INTEGER REFERENCES leg(id),  -- whose segment it quotes; NULL: none that is known
    dir         INTEGER,              -- of that segment: 0 the client's, 1 the server's; NULL as leg_id
    mtu         INTEGER,              -- fragmentation needed, packet too big
    quoted_ttl  INTEGER NOT NULL,
    quoted_seq  INTEGER               -- raw; NULL: not quoted
) STRICT;

-- A rule that ran.
CREATE TABLE rule (
    id       TEXT PRIMARY KEY,        -- the name of its file
    title    TEXT NOT NULL,
    severity TEXT NOT NULL,           -- 'info', 'notice', 'warning', 'error'
    kind     TEXT NOT NULL,           -- 'rule', 'diagnosis'
    explain  TEXT,
    remedy   TEXT,
    reference TEXT,
    sha256   TEXT NOT NULL,
    params   TEXT NOT NULL,           -- JSON object: the values it ran with
    ms       INTEGER                  -- NULL unless asked for: a clock makes two runs differ
) STRICT, WITHOUT ROWID;

-- What a rule concluded.
CREATE TABLE finding (
    id            INTEGER PRIMARY KEY,
    rule_id       TEXT NOT NULL REFERENCES rule(id),
    severity      TEXT NOT NULL,
    confidence    REAL NOT NULL,      -- 0 to 1
    connection_id INTEGER REFERENCES connection(id),
    leg_id        INTEGER REFERENCES leg(id),
    first_ns      INTEGER,
    last_ns       INTEGER,
    summary       TEXT NOT NULL,      -- one sentence
    detail        TEXT                -- JSON object
) STRICT;

-- A segment that proves a finding.
CREATE TABLE evidence (
    finding_id INTEGER NOT NULL REFERENCES finding(id),
    segment_id INTEGER NOT NULL REFERENCES segment(id),
    role       TEXT NOT NULL,
    PRIMARY KEY (finding_id, segment_id, role)
) STRICT, WITHOUT ROWID;

-- For people. strftime() knows milliseconds; the rest of the nanoseconds is appended.
CREATE VIEW segments AS
SELECT s.id,
       strftime('%Y-%m-%dT%H:%M:%S', s.ts_ns / 1000000000, 'unixepoch')
           || printf('.%09dZ', s.ts_ns % 1000000000) AS time,
       p.name AS point,
       CASE s.dir
           WHEN 0 THEN l.client_addr || ':' || l.client_port || ' > ' || l.server_addr || ':' || l.server_port
           ELSE l.server_addr || ':' || l.server_port || ' > ' || l.client_addr || ':' || l.client_port
       END AS tuple,
       CASE s.flags & 63 WHEN 0 THEN 'none' ELSE
           iif(s.flags & 2, 'S', '') || iif(s.flags & 1, 'F', '') || iif(s.flags & 4, 'R', '')
           || iif(s.flags & 8, 'P', '') || iif(s.flags & 32, 'U', '') || iif(s.flags & 16, '.', '')
       END AS flags,
       s.off AS seq,
       s.off + s.len AS seq_end,
       s.ack_off AS ack,
       s.len,
       s.win,
       s.ttl,
       s.ip_id,
       s.tsval,
       s.tsecr,
       s.seen_before,
       e.kinds AS events,
       c.path AS capture,
       s.frame - c.first_frame + 1 AS frame,
       l.connection_id,
       s.leg_id
  FROM segment s
  JOIN leg l ON l.id = s.leg_id
  JOIN point p ON p.id = l.point_id
  JOIN capture c ON s.frame >= c.first_frame AND s.frame < c.first_frame + c.packets
  LEFT JOIN (SELECT segment_id, group_concat(kind, ' ') AS kinds FROM event GROUP BY segment_id) e
    ON e.segment_id = s.id;

CREATE VIEW legs AS
SELECT l.id,
       l.connection_id,
       p.name AS point,
       l.client_addr || ':' || l.client_port || ' > ' || l.server_addr || ':' || l.server_port AS tuple,
       l.nat,
       l.encap,
       c.outcome,
       strftime('%Y-%m-%dT%H:%M:%S', l.first_ns / 1000000000, 'unixepoch')
           || printf('.%09dZ', l.first_ns % 1000000000) AS first,
       printf('%.6f', (l.last_ns - l.first_ns) / 1e9) AS seconds,
       l.segments_client, l.segments_server,
       l.bytes_client, l.bytes_server,
       l.syns, l.synacks,
       l.fins_client + l.fins_server AS fins,
       l.rsts_client, l.rsts_server,
       l.ttl_min_client AS ttl_client, l.ttl_min_server AS ttl_server,
       l.mss_client, l.mss_server
  FROM leg l
  JOIN connection c ON c.id = l.connection_id
  JOIN point p ON p.id = l.point_id;

CREATE VIEW findings AS
SELECT f.id,
       f.severity,
       f.rule_id AS rule,
       f.connection_id,
       c.client_addr || ':' || c.client_port || ' > ' || c.server_addr || ':' || c.server_port AS connection,
       strftime('%Y-%m-%dT%H:%M:%S', f.first_ns / 1000000000, 'unixepoch')
           || printf('.%09dZ', f.first_ns % 1000000000) AS first,
       f.confidence,
       f.summary,
       (SELECT group_concat(e.role || ' ' || p.name || '#' || (s.frame - k.first_frame + 1), ', ')
          FROM evidence e
          JOIN segment s ON s.id = e.segment_id
          JOIN leg l ON l.id = s.leg_id
          JOIN point p ON p.id = l.point_id
          JOIN capture k ON s.frame >= k.first_frame AND s.frame < k.first_frame + k.packets
         WHERE e.finding_id = f.id) AS evidence
  FROM finding f
  LEFT JOIN connection c ON c.id = f.connection_id;

-- How long segments took from one point to the next. A time is off by no more than the clocks of both
-- points are.
CREATE VIEW delays AS
SELECT p.name AS from_point,
       q.name AS to_point,
       s.dir,
       count(*) AS segments,
       min(s.ts_ns - e.ts_ns) AS min_ns,
       CAST(avg(s.ts_ns - e.ts_ns) AS INTEGER) AS mean_ns,
       max(s.ts_ns - e.ts_ns) AS max_ns,
       p.clock_error_ns + q.clock_error_ns AS error_ns
  FROM segment s
  JOIN segment e ON e.id = s.seen_before
  JOIN leg a ON a.id = e.leg_id
  JOIN leg b ON b.id = s.leg_id
  JOIN point p ON p.id = a.point_id
  JOIN point q ON q.id = b.point_id
 WHERE p.id <> q.id
 GROUP BY p.id, q.id, s.dir;

-- The half-closed ledger: ends that had got the FIN of the other end (CLOSE-WAIT) or had the ACK of
-- their own (FIN-WAIT-2) when nothing more was seen of the leg. since_ns: that ACK. It is left alone
-- until its tuple is used again (reused_by: that leg), or until the point's last frame: age_ns.
CREATE VIEW half_closed AS
WITH span AS (
    SELECT point_id, max(last_ns) AS last_ns
      FROM capture
     WHERE point_id IS NOT NULL
     GROUP BY point_id
    UNION ALL
    SELECT id, (SELECT max(last_ns) FROM capture WHERE point_id IS NULL)
      FROM point
     WHERE id NOT IN (SELECT point_id FROM capture WHERE point_id IS NOT NULL)
),
reuse AS (
    SELECT e.a AS former_leg_id, e.leg_id, e.segment_id, s.ts_ns
      FROM event e
      JOIN segment s ON s.id = e.segment_id
     WHERE e.kind = 'tuple-reuse'
),
ends AS (
    SELECT id AS leg_id, connection_id, point_id, 0 AS dir, client_addr AS addr, client_port AS port,
           server_addr AS peer_addr, server_port AS peer_port, state_client AS state,
           state_ns_client AS since_ns, last_segment
      FROM leg
     WHERE state_client IN ('CLOSE-WAIT', 'FIN-WAIT-2')
    UNION ALL
    SELECT id, connection_id, point_id, 1, server_addr, server_port, client_addr, client_port,
           state_server, state_ns_server, last_segment
      FROM leg
     WHERE state_server IN ('CLOSE-WAIT', 'FIN-WAIT-2')
)
SELECT n.leg_id,
       n.connection_id,
       n.point_id,
       n.dir,                              -- 0: the client is left in this state, 1: the server
       n.addr, n.port, n.peer_addr, n.peer_port,
       n.state,
       n.since_ns,
       coalesce(r.ts_ns, s.last_ns) AS until_ns,
       coalesce(r.ts_ns, s.last_ns) - n.since_ns AS age_ns,
       r.leg_id AS reused_by,              -- NULL: never again
       r.segment_id AS reuse_segment,
       n.last_segment
  FROM ends n
  LEFT JOIN span s ON s.point_id = n.point_id
  LEFT JOIN reuse r ON r.former_leg_id = n.leg_id;
