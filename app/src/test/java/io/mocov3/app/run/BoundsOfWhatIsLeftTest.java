package io.mocov3.app.run;

import static org.assertj.core.api.Assertions.assertThat;

import io.mocov3.app.lines.LogWatch;
import io.mocov3.metrics.NoMetrics;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a run that has incident after incident leaves on the disk. */
class BoundsOfWhatIsLeftTest {
  @TempDir private Path folder;

  private final List<String> warnings = new ArrayList<>();

  @Test
  void theOldestCapsulesGoWhenAllTakeTooManyBytes() throws Exception {
    for (int step = 1; step <= 5; step++) {
      Files.write(folder.resolve("step-0000000%d-spike.json".formatted(step)), new byte[100]);
    }

    CapsuleFile.prune(folder, 250);

    assertThat(folder.toFile().list())
        .containsExactlyInAnyOrder("step-00000004-spike.json", "step-00000005-spike.json");
  }

  @Test
  void theNewestCapsuleStaysWhateverItsSize() throws Exception {
    Files.write(folder.resolve("step-00000001-spike.json"), new byte[10]);
    Files.write(folder.resolve("step-00000002-spike.json"), new byte[1000]);

    CapsuleFile.prune(folder, 250);

    assertThat(folder.toFile().list()).containsExactly("step-00000002-spike.json");
  }

  @Test
  void theNewestRollbacksKeepTheirFolders() throws Exception {
    RunPaths paths = new RunPaths(folder);
    for (int rollback = 1; rollback <= 25; rollback++) {
      Path undone = Files.createDirectories(paths.undone(rollback));
      Files.writeString(undone.resolve("metrics.jsonl"), "{}\n");

      UndoneFolders.prune(paths, rollback, new LogWatch(NoMetrics.INSTANCE, warnings::add));
    }

    assertThat(paths.undone(5)).doesNotExist();
    assertThat(paths.undone(6)).exists();
    assertThat(folder.resolve("undone").toFile().list()).hasSize(UndoneFolders.MOST);
    assertThat(warnings).isEmpty();
  }
}
