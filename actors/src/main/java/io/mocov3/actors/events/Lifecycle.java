package io.mocov3.actors.events;

import io.mocov3.metrics.TrainingMetrics.LifecycleState;

/**
 * Where a training is in its life. The guardian owns it and tells whenever it changes; status,
 * readiness, metrics and the page know it from there.
 */
public sealed interface Lifecycle {

  LifecycleState state();

  /** For people, in one line. */
  String line();

  /** The trainer opens its session. */
  record Starting() implements Lifecycle {
    @Override
    public LifecycleState state() {
      return LifecycleState.STARTING;
    }

    @Override
    public String line() {
      return "starting";
    }
  }

  /** Steps are made. */
  record Training() implements Lifecycle {
    @Override
    public LifecycleState state() {
      return LifecycleState.TRAINING;
    }

    @Override
    public String line() {
      return "training";
    }
  }

  /** The images are out of reach; nothing is trained until they are back. */
  record WaitingForData(String reason) implements Lifecycle {
    @Override
    public LifecycleState state() {
      return LifecycleState.WAITING_FOR_DATA;
    }

    @Override
    public String line() {
      return "waiting for the images: " + reason;
    }
  }

  /** The trainer failed and is about to go on from the newest checkpoint. */
  record Recovering(String failure) implements Lifecycle {
    @Override
    public LifecycleState state() {
      return LifecycleState.RECOVERING;
    }

    @Override
    public String line() {
      return "recovering: " + failure;
    }
  }

  /** On the way back to a checkpoint from before an incident. */
  record RollingBack(Incident incident) implements Lifecycle {
    @Override
    public LifecycleState state() {
      return LifecycleState.ROLLING_BACK;
    }

    @Override
    public String line() {
      return "rolling back: " + incident.line();
    }
  }

  /** The last step and checkpoint are waited for. */
  record Stopping() implements Lifecycle {
    @Override
    public LifecycleState state() {
      return LifecycleState.STOPPING;
    }

    @Override
    public String line() {
      return "stopping";
    }
  }

  record Ended() implements Lifecycle {
    @Override
    public LifecycleState state() {
      return LifecycleState.ENDED;
    }

    @Override
    public String line() {
      return "ended";
    }
  }
}
