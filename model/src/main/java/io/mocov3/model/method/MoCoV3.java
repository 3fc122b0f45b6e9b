package io.mocov3.model.method;

import io.mocov3.model.device.Placement;
import io.mocov3.model.device.Precision;
import io.mocov3.model.loss.ContrastiveLoss;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.bytedeco.pytorch.Tensor;

/**
 * MoCo v3 (Algorithm 1). f_q = backbone + projector + predictor, trained; f_k = backbone +
 * projector, an exponential average of f_q.
 *
 * <pre>
 *   q1, q2 = query(features(x1)), query(features(x2))
 *   k1, k2 = target.keys(x1, x2)
 *   loss = ctr(q1, k2) + ctr(q2, k1)
 *   f_k = m f_k + (1 - m) f_q
 * </pre>
 */
final class MoCoV3 extends Siamese {
  private final KeyEncoder momentumEncoder;
  private final Optional<KeyQueue> queue;
  private final ContrastiveLoss loss;

  MoCoV3(MoCoV3Config config, Precision precision, Placement placement, long seed) {
    super(config, precision, placement, seed);
    momentumEncoder = new KeyEncoder(config, base(), precision);
    queue =
        config.queue() == 0
            ? Optional.empty()
            : Optional.of(
                new KeyQueue(config.queue(), config.projector().out(), placement, seed + 1));
    loss = new ContrastiveLoss(config.temperature());
  }

  /** The queries of a view against the keys of the other. */
  @Override
  public Tensor loss(Term term, List<Query> queries, Targets targets) {
    Tensor q = queries.getFirst().query();
    Tensor k = term.views().getFirst().other().of(targets.keys().orElseThrow());
    return loss.ctr(q, k, targets.offset(), queue.map(KeyQueue::keys));
  }

  @Override
  public void remember(Targets targets) {
    queue.ifPresent(memory -> memory.add(targets.keys().orElseThrow()));
  }

  @Override
  public Optional<Target> target() {
    return Optional.of(momentumEncoder);
  }

  @Override
  public List<Network> networks() {
    return Stream.concat(
            Stream.of(encoder(), momentumEncoder.network(), predictor()),
            queue.map(KeyQueue::network).stream())
        .toList();
  }

  @Override
  public void close() {
    queue.ifPresent(KeyQueue::close);
    momentumEncoder.close();
    super.close();
  }
}
