/*
 * Who may submit a message: three nodes, two messages, one database. What is modelled are the statements that hand a message from one owner
 * to the next, each with the locks it takes, executed at any later moment than they were sent; nodes that die, that are thought dead though
 * they only sleep, and that learn of it late; answers that are lost. There are no clocks: a lease may run out at any moment, and the margin
 * that keeps a sleeper from writing is not relied upon.
 *
 * Message 0 is repeated when it is in doubt, message 1 is not. Broken on purpose by: -DNO_GATE (what is in memory is submitted without
 * asking), -DNO_LOCK (who inserts or claims does not lock its node's row), -DNO_DOUBT (what a dead node had started counts as not sent).
 */
#define NODES 3
#define MESSAGES 2
#define MARKS 6 /* owner marks: one a node, and one for each time a living one was declared dead; 0 is nobody */
#ifndef ACCEPTED
#define ACCEPTED MESSAGES /* how many of the messages are sent at all */
#endif
#ifndef SLEEPS
#define SLEEPS 1 /* living nodes that are declared dead */
#endif
#ifndef CRASHES
#define CRASHES 1
#endif
#ifndef LOST
#define LOST 1 /* submissions whose answer is lost */
#endif

#define REPEATED(m) (m == 0)
#define AT(n, m) ((n) * MESSAGES + (m))

mtype = { absent, queued, sending, sent, uncertain };          /* a message's row */
mtype = { none, ready, starting, started, outcome, settling }; /* what a node has in memory */
mtype = { nothing, insertion, claim };                         /* transactions between their lock and their COMMIT */
mtype = { accepted, refused, doubtful };                       /* what a submission came to */

/* The database. */
mtype status[MESSAGES] = absent;
byte owner[MESSAGES];
byte attempt[MESSAGES];
bool begun[MESSAGES];
bool due[MESSAGES];
bool ended[MARKS];
bool emptied[MARKS];
byte shares[MARKS]; /* key-share locks on a node's row */

/* The nodes. */
byte mark[NODES];
bool crashed[NODES];
mtype memory[NODES * MESSAGES] = none;
byte tried[NODES * MESSAGES]; /* the attempt it was read with */
byte under[NODES * MESSAGES]; /* the mark it was taken under */
mtype came[NODES * MESSAGES] = refused;
mtype open[NODES * MESSAGES] = nothing;
byte opener[NODES * MESSAGES];
bool saw[NODES * MESSAGES]; /* the transaction found its node alive */

/* The world. */
byte copies[MESSAGES];
byte doubts[MESSAGES];
byte marks = NODES;
byte sleeps = SLEEPS;
byte crashes = CRASHES;
byte lost = LOST;

#define isOpen(m) (status[m] == queued || status[m] == uncertain)

inline lock(n, m, what) {
  opener[AT(n, m)] = mark[n];
  saw[AT(n, m)] = !ended[mark[n]];
#ifndef NO_LOCK
  if :: saw[AT(n, m)] -> shares[mark[n]]++ :: else fi;
#endif
  open[AT(n, m)] = what
}

inline unlock(n, m) {
#ifndef NO_LOCK
  if :: saw[AT(n, m)] -> shares[opener[AT(n, m)]]-- :: else fi;
#endif
  open[AT(n, m)] = nothing;
  saw[AT(n, m)] = false;
  opener[AT(n, m)] = 0
}

/* Read into memory, unless nobody is there any more or the answer is lost. */
inline learn(n, m, what) {
  if
  :: !crashed[n] && memory[AT(n, m)] == none ->
    memory[AT(n, m)] = what;
    under[AT(n, m)] = opener[AT(n, m)];
    tried[AT(n, m)] = attempt[m]
  :: true
  fi
}

inline forget(n, m) {
  memory[AT(n, m)] = none;
  under[AT(n, m)] = 0;
  tried[AT(n, m)] = 0;
  came[AT(n, m)] = refused
}

inline release(m) {
  owner[m] = 0;
  begun[m] = false
}

/* A message that was never accepted is accepted: started by its insert, held for later, or left to all. */
inline commitInsert(n, m) {
  if
  :: saw[AT(n, m)] ->
    owner[m] = opener[AT(n, m)];
    if
    :: status[m] = sending; attempt[m] = 1; begun[m] = true; learn(n, m, started);
      if :: memory[AT(n, m)] == started -> tried[AT(n, m)] = 0 :: else fi
    :: status[m] = queued; learn(n, m, ready)
    fi
  :: else -> status[m] = queued; due[m] = true
  fi;
  unlock(n, m)
}

inline commitClaim(n, m) {
  if
  :: saw[AT(n, m)] && due[m] && owner[m] == 0 && isOpen(m) ->
    owner[m] = opener[AT(n, m)];
    due[m] = false;
    learn(n, m, ready)
  :: else
  fi;
  unlock(n, m)
}

/* The gate: only what this owner still has is begun. Executed when it pleases, and again when its answer was lost. */
inline start(n, m) {
  if
  :: owner[m] == under[AT(n, m)] && attempt[m] >= tried[AT(n, m)] && attempt[m] <= tried[AT(n, m)] + 1 &&
     (isOpen(m) || status[m] == sending) ->
    status[m] = sending;
    attempt[m] = tried[AT(n, m)] + 1;
    begun[m] = true;
    if :: memory[AT(n, m)] = started :: true fi
  :: else -> forget(n, m)
  fi
}

inline submit(n, m) {
  if
  :: mark[n] != under[AT(n, m)] -> came[AT(n, m)] = refused
  :: else ->
    if
    :: came[AT(n, m)] = accepted; copies[m]++
    :: lost > 0 -> lost--; came[AT(n, m)] = doubtful; copies[m]++
    :: lost > 0 -> lost--; came[AT(n, m)] = doubtful
    fi;
    assert(copies[m] <= 1 + doubts[m]);
    assert(REPEATED(m) || copies[m] <= 1)
  fi;
  memory[AT(n, m)] = outcome
}

inline settle(n, m) {
  if
  :: owner[m] == under[AT(n, m)] && attempt[m] == tried[AT(n, m)] + 1 && begun[m] ->
    release(m);
    if
    :: came[AT(n, m)] == accepted -> status[m] = sent
    :: came[AT(n, m)] == refused -> status[m] = queued; due[m] = true
    :: came[AT(n, m)] == doubtful -> status[m] = uncertain; doubts[m]++; due[m] = REPEATED(m)
    fi;
    if :: forget(n, m) :: true fi
  :: else -> forget(n, m)
  fi
}

/* Its own row that it does not have in memory: it knows that it never submitted it. An insert's answer is waited for before that. */
inline sweepOwn(n, m) {
  if :: status[m] == sending -> status[m] = queued :: else fi;
  release(m);
  due[m] = true
}

inline takeFrom(m) {
#ifdef NO_DOUBT
  if :: status[m] == sending -> status[m] = queued :: else fi;
  due[m] = true;
#else
  if
  :: begun[m] -> status[m] = uncertain; doubts[m]++; due[m] = REPEATED(m)
  :: else -> due[m] = true
  fi;
#endif
  release(m)
}

inline crash(n) {
  crashes--;
  crashed[n] = true;
  forget(n, 0);
  forget(n, 1)
}

/* It learns that it was declared dead, and goes on as a new one without what it had taken and not begun. */
inline reenter(n) {
  marks++;
  mark[n] = marks;
  if :: memory[AT(n, 0)] == ready -> forget(n, 0) :: else fi;
  if :: memory[AT(n, 1)] == ready -> forget(n, 1) :: else fi
}

#define HANDLES(n, m) \
  :: atomic { !crashed[n] && open[AT(n, m)] == nothing && memory[AT(n, m)] == none && status[m] == absent && n == m && m < ACCEPTED -> \
      lock(n, m, insertion) } \
  :: atomic { !crashed[n] && open[AT(n, m)] == nothing && memory[AT(n, m)] == none && due[m] && owner[m] == 0 && isOpen(m) -> \
      lock(n, m, claim) } \
  :: atomic { open[AT(n, m)] == insertion -> commitInsert(n, m) } \
  :: atomic { open[AT(n, m)] == claim -> commitClaim(n, m) } \
  :: atomic { open[AT(n, m)] != nothing && crashed[n] -> unlock(n, m) } \
  :: atomic { !crashed[n] && memory[AT(n, m)] == ready -> BEGIN(n, m) } \
  :: atomic { !crashed[n] && memory[AT(n, m)] == starting -> start(n, m) } \
  :: atomic { !crashed[n] && memory[AT(n, m)] == started -> submit(n, m) } \
  :: atomic { !crashed[n] && memory[AT(n, m)] == outcome -> settle(n, m) } \
  :: atomic { !crashed[n] && memory[AT(n, m)] == none && owner[m] == mark[n] && !ended[mark[n]] && open[AT(n, m)] != insertion -> \
      sweepOwn(n, m) }

#ifdef NO_GATE
#define BEGIN(n, m) memory[AT(n, m)] = started
#else
#define BEGIN(n, m) memory[AT(n, m)] = starting
#endif

active [NODES] proctype Node() {
  byte n = _pid;
  atomic { mark[n] = n + 1 };
end:
  do
  HANDLES(n, 0)
  HANDLES(n, 1)
  :: atomic { !crashed[n] && crashes > 0 -> crash(n) }
  :: atomic { !crashed[n] && ended[mark[n]] && marks < MARKS - 1 -> reenter(n) }
  od
}

#define DECLARES_DEAD(n) \
  :: atomic { (crashed[n] || sleeps > 0) && mark[n] > 0 && !ended[mark[n]] && shares[mark[n]] == 0 -> \
      ended[mark[n]] = true; \
      if :: crashed[n] :: else -> sleeps-- fi }

#define TAKES(m) \
  :: atomic { owner[m] > 0 && ended[owner[m]] && !emptied[owner[m]] -> takeFrom(m) }

#define CLOSES(w) \
  :: atomic { ended[w] && !emptied[w] && owner[0] != w && owner[1] != w -> emptied[w] = true }

/* Any node that lives: declares others dead, rightly or not, and takes what they own. */
active proctype Others() {
end:
  do
  DECLARES_DEAD(0)
  DECLARES_DEAD(1)
  DECLARES_DEAD(2)
  TAKES(0)
  TAKES(1)
  CLOSES(1)
  CLOSES(2)
  CLOSES(3)
  CLOSES(4)
  CLOSES(5)
  od
}

/* When nothing can happen any more, every message that is there has its end. */
active proctype Judge() {
end:
  timeout;
  assert(status[0] == absent || status[0] == sent || (status[0] == uncertain && !REPEATED(0)));
  assert(status[1] == absent || status[1] == sent || status[1] == uncertain);
  assert(owner[0] == 0 && owner[1] == 0)
}
