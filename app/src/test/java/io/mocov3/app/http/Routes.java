package io.mocov3.app.http;

import io.mocov3.actors.control.ControlAnswer;
import io.mocov3.actors.control.ControlRequest;
import io.mocov3.app.control.AccessRule;
import io.mocov3.app.control.Audit;
import io.mocov3.app.control.ControlRoutes;
import io.mocov3.app.control.Desk;
import io.mocov3.app.control.TokenFile;
import io.mocov3.app.lines.JsonLines;
import io.mocov3.app.lines.LogWatch;
import io.mocov3.metrics.NoMetrics;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;

/** Control routes without a training behind them. */
final class Routes {
  private Routes() {}

  /** Nobody may operate. */
  static ControlRoutes refusing() {
    return of(Optional.empty(), false, Path.of("nowhere/audit.jsonl"), Routes::nobody);
  }

  static ControlRoutes of(
      Optional<Path> tokens,
      boolean onLoopback,
      Path audit,
      Function<ControlRequest, CompletionStage<ControlAnswer>> training) {
    return new ControlRoutes(
        new AccessRule(tokens.map(TokenFile::new), onLoopback),
        new Desk(training),
        new Audit(
            new JsonLines(audit, new LogWatch(NoMetrics.INSTANCE, line -> {})), System::nanoTime));
  }

  private static CompletionStage<ControlAnswer> nobody(ControlRequest request) {
    return CompletableFuture.completedFuture(new ControlAnswer.Refused("nobody is there"));
  }
}
