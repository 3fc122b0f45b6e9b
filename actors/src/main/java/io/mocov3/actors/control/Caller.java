package io.mocov3.actors.control;

import akka.actor.typed.ActorRef;
import java.util.Map;

/** Who asked, and waits for one answer. */
public record Caller(ActorRef<ControlAnswer> ref) {

  public void done(String line, Map<String, Object> details) {
    ref.tell(new ControlAnswer.Done(line, details));
  }

  public void refused(String line) {
    ref.tell(new ControlAnswer.Refused(line));
  }
}
