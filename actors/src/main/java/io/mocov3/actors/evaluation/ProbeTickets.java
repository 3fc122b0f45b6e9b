package io.mocov3.actors.evaluation;

import java.util.ArrayList;
import java.util.List;

/**
 * The probes under way. A training that goes back takes the tickets of later steps back, so that
 * nothing is told of weights that are no longer of the run; a probe whose ticket is taken back ends
 * with the batch under way. Thread-safe.
 */
public final class ProbeTickets {
  private final List<Ticket> open = new ArrayList<>();

  /** For one probe, of the weights after {@code step}. */
  public static final class Ticket {
    private final long step;
    private boolean valid = true;

    private Ticket(long step) {
      this.step = step;
    }

    public long step() {
      return step;
    }

    /** Runs {@code result} unless the ticket is taken back; it is not taken back meanwhile. */
    synchronized void ifValid(Runnable result) {
      if (valid) {
        result.run();
      }
    }

    /** Ends a probe whose result nobody wants any more. */
    synchronized void requireValid() {
      if (!valid) {
        throw new IllegalStateException("the probe was abandoned");
      }
    }

    private synchronized void takeBack() {
      valid = false;
    }
  }

  public synchronized Ticket issue(long step) {
    Ticket ticket = new Ticket(step);
    open.add(ticket);
    return ticket;
  }

  synchronized void close(Ticket ticket) {
    open.remove(ticket);
  }

  /** Whether the probe of that step is under way, or waits for its turn. */
  public synchronized boolean isOpen(long step) {
    return open.stream().anyMatch(ticket -> ticket.step() == step);
  }

  /** Training ends. */
  public void takeBackAll() {
    goBackTo(-1);
  }

  /** Training goes on after {@code step}. Call it before anybody is told of that. */
  public void goBackTo(long step) {
    List<Ticket> later;
    synchronized (this) {
      later = open.stream().filter(ticket -> ticket.step() > step).toList();
    }
    later.forEach(Ticket::takeBack);
  }
}
