package io.mocov3.app.daemon;

import akka.actor.typed.ActorSystem;
import akka.stream.Materializer;
import io.mocov3.actors.checkpoint.Checkpointer;
import io.mocov3.actors.control.PauseMark;
import io.mocov3.actors.evaluation.Evaluator;
import io.mocov3.actors.evaluation.LabelledSets;
import io.mocov3.actors.evaluation.LiveProbe;
import io.mocov3.actors.evaluation.ProbeSet;
import io.mocov3.actors.evaluation.ProbeTickets;
import io.mocov3.actors.events.EventSink;
import io.mocov3.actors.events.Interruption;
import io.mocov3.actors.events.SideWork;
import io.mocov3.actors.guardian.Blueprint;
import io.mocov3.actors.guardian.TrainingOutcome;
import io.mocov3.actors.ranks.Follower;
import io.mocov3.actors.ranks.Leader;
import io.mocov3.actors.session.Learner;
import io.mocov3.actors.session.SessionOrigin;
import io.mocov3.actors.session.TrainingPlan;
import io.mocov3.actors.session.TrainingSession;
import io.mocov3.actors.stability.StabilityPlan;
import io.mocov3.actors.views.ViewPipeline;
import io.mocov3.app.conf.SettingsException;
import io.mocov3.app.data.DataSets;
import io.mocov3.app.memory.MachineMemory;
import io.mocov3.app.memory.MemoryCheck;
import io.mocov3.app.memory.MemoryParts;
import io.mocov3.app.plan.Plans;
import io.mocov3.app.plan.Probes;
import io.mocov3.app.run.RunPaths;
import io.mocov3.app.settings.Settings;
import io.mocov3.augment.batch.BatchBuffer;
import io.mocov3.augment.batch.SampleOrder;
import io.mocov3.model.checkpoint.Checkpoint;
import io.mocov3.model.checkpoint.CheckpointStore;
import io.mocov3.model.device.HostMemory;
import io.mocov3.model.device.Placement;
import io.mocov3.model.distributed.Group;
import io.mocov3.model.distributed.Ranks;
import io.mocov3.model.evaluation.FeatureQueue;
import io.mocov3.model.method.Encoder;
import io.mocov3.model.nn.EncoderRole;
import io.mocov3.model.step.TrainingStep;
import io.mocov3.model.tensor.Pixels;
import java.nio.file.Files;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import java.util.function.LongPredicate;

/** Makes the parts of a training from its settings. Nothing starts here. */
public final class TrainingAssembly {
  private final Settings settings;
  private final DataSets data;
  private final Ranks ranks;
  private final Placement placement;
  private final TrainingPlan plan;
  private final SampleOrder order;
  private final StabilityPlan stability;
  private List<ProbeSet> probeSets = List.of();

  /** Checks what can be checked before anything is written: device, batch size, data sets. */
  public TrainingAssembly(Settings settings, DataSets data) {
    this(settings, data, Ranks.ALONE);
  }

  /** The same for one of several processes. */
  TrainingAssembly(Settings settings, DataSets data, Ranks ranks) {
    this.settings = settings;
    this.data = data;
    this.ranks = ranks;
    placement = Plans.placement(settings.device(), ranks);
    order = Plans.order(settings, data, ranks);
    plan = Plans.plan(settings, order);
    stability = Plans.stability(settings, data);
  }

  /**
   * Refuses what cannot fit into memory.
   *
   * @throws SettingsException in one line
   */
  void requireMemory() {
    MemoryParts parts = new MemoryParts(settings, placement, images(data));
    MachineMemory memory = MachineMemory.ofThisProcess().sharedBy(ranks.localSize());
    new MemoryCheck(settings, parts, memory, ranks.size()).require();
  }

  public static MemoryParts.Images images(DataSets data) {
    int probeSets = (data.test().isPresent() ? 1 : 0) + data.probes().size();
    List<DataSets.Pair> pairs = data.labelled();
    return new MemoryParts.Images(
        pairs.stream().mapToInt(pair -> pair.train().size()).max().orElse(0),
        pairs.stream().mapToInt(pair -> pair.test().size()).max().orElse(0),
        probeSets);
  }

  public TrainingPlan plan() {
    return plan;
  }

  public Placement placement() {
    return placement;
  }

  public Pixels pixels() {
    return new Pixels(placement, settings.mean(), settings.std());
  }

  public TrainingStep model() {
    return model(Group.alone());
  }

  private TrainingStep model(Group group) {
    return new TrainingStep(
        settings.model(), settings.step(), placement, settings.run().seed(), group);
  }

  /** A rank that is not the first. */
  Follower follower(Group group, Executor workers, EventSink events, ActorSystem<?> system) {
    return new Follower(
        group,
        () -> model(group),
        pixels(),
        pipeline(workers, events),
        stability.drill(),
        Materializer.createMaterializer(system));
  }

  /** A network for backbone features, whose weights are to be overwritten. */
  public Encoder encoder() {
    return new Encoder(
        settings.model().backbone(),
        settings.model().projector(),
        placement,
        EncoderRole.EVALUATION,
        settings.run().seed(),
        settings.step().precision());
  }

  Blueprint blueprint(
      CheckpointStore store,
      Executor workers,
      EventSink events,
      RunState run,
      Leader lead,
      CompletableFuture<TrainingOutcome> outcome) {
    ViewPipeline pipeline = pipeline(workers, events);
    ProbeTickets tickets = new ProbeTickets();
    probeSets = stability.probeEverySteps() > 0 ? Probes.live(settings, data) : List.of();
    List<LabelledSets> sets =
        plan.probes()
            ? Probes.sets(settings, data).stream()
                .map(each -> each.inBatchesOf(Plans.probeBatchSize(settings)))
                .toList()
            : List.of();
    Evaluator.Work work = new Evaluator.Work(sets, Probes.kinds(settings, placement));
    return new Blueprint(
        after ->
            session(after, pipeline, new KnownPast(run.probed(), tickets, store), lead, events),
        stability.policy(),
        Checkpointer.create(store, events),
        sets.isEmpty()
            ? Optional.empty()
            : Optional.of(
                new Evaluator.Desk(
                    Evaluator.create(this::encoder, this::pixels, work, tickets, events), tickets)),
        data.train()::requireAvailable,
        run.pauses(),
        Plans.patience(settings),
        events,
        lead,
        outcome);
  }

  public ViewPipeline pipeline(Executor workers, EventSink events) {
    return new ViewPipeline(
        data.train(),
        new ViewPipeline.Batching(
            order,
            settings.views(),
            settings.run().seed(),
            settings.data().batchSize() / ranks.size()),
        new ViewPipeline.Workers(
            ranks.share(settings.data().workers()),
            workers,
            settings.data().buffers(),
            placement.isCuda() ? HostMemory::pinned : BatchBuffer::memory),
        settings.data().maxBadRatio(),
        events);
  }

  /** A session from that checkpoint, or from the beginning, that is only watched: no live probe. */
  public TrainingSession session(
      Optional<Checkpoint> from, ViewPipeline pipeline, EventSink events) {
    SessionOrigin origin = SessionOrigin.of(from);
    return new TrainingSession(
        new Learner(model(origin, Group.alone(), line -> {}), pixels(), Optional.empty()),
        origin,
        plan,
        stability.probingEvery(0),
        pipeline,
        events);
  }

  /** With its first weights, if they are not yet to come from a checkpoint. */
  private TrainingStep model(SessionOrigin origin, Group group, Consumer<String> initialised) {
    TrainingStep model = model(group);
    if (!origin.fresh()) {
      return model;
    }
    try {
      FirstWeights.load(settings, model).ifPresent(initialised);
      return model;
    } catch (RuntimeException e) {
      model.close();
      throw e;
    }
  }

  /** Refuses weights that a fresh run could not start from. */
  void checkInitialWeights() {
    if (settings.initFrom().isPresent()) {
      try (TrainingStep model = model()) {
        FirstWeights.load(settings, model);
      }
    }
  }

  /** What a run knows of itself across restarts: full probes that were told of, and a pause. */
  record RunState(LongPredicate probed, PauseMark pauses) {}

  /** Probes that were told of or are under way, and checkpoints. */
  private record KnownPast(LongPredicate told, ProbeTickets tickets, CheckpointStore store)
      implements SessionOrigin.Past {

    @Override
    public boolean hasProbe(long step) {
      return told.test(step) || tickets.isOpen(step);
    }

    @Override
    public Optional<String> obstacleBefore(long onset) {
      return SessionOrigin.obstacle(store, onset);
    }
  }

  private TrainingSession session(
      Optional<Interruption> after,
      ViewPipeline pipeline,
      KnownPast past,
      Leader lead,
      EventSink events) {
    after.ifPresent(why -> past.tickets().goBackTo(why.incident().onset() - 1));
    SessionOrigin origin =
        SessionOrigin.find(
                past.store(),
                stability.policy(),
                after,
                new SessionOrigin.Schedule(settings.checkpoint().everySteps(), !isFork()),
                line -> events.on(new SideWork.Warned(line)))
            .with(past);
    past.tickets().goBackTo(origin.step());
    TrainingStep model =
        model(origin, lead.group(), line -> events.on(new SideWork.Initialised(line)));
    return new TrainingSession(
        new Learner(model, pixels(), live(), lead), origin, plan, stability, pipeline, events);
  }

  private boolean isFork() {
    return Files.exists(new RunPaths(settings.run().directory()).fork());
  }

  private Optional<LiveProbe> live() {
    if (probeSets.isEmpty()) {
      return Optional.empty();
    }
    Settings.Live live = settings.live();
    return Optional.of(
        new LiveProbe(
            new FeatureQueue(
                live.queueLength(),
                settings.model().backbone().width(),
                live.maxAgeSteps(),
                placement),
            probeSets,
            live.settings(),
            data.train().classNames().size(),
            data.train()::label,
            Plans.probeBatchSize(settings)));
  }
}
