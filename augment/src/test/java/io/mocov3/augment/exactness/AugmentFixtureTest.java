package io.mocov3.augment.exactness;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.mocov3.augment.DataException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AugmentFixtureTest {
  private static final Path SHARED = Path.of("../../shared/fixtures/augment");
  private static final Path COMMITTED = Path.of("src/test/resources/augment-fixture");

  @Test
  void everyOperationAgreesWithPillowOnTheSharedFixtures() {
    assumeTrue(
        Files.exists(SHARED.resolve("augment.json")),
        "skipped: the shared fixtures are not beside this checkout");

    List<CaseResult> results = AugmentFixture.run(SHARED);

    assertThat(results).hasSizeGreaterThan(100).allMatch(CaseResult::pass);
  }

  @Test
  void everyOperationAgreesWithPillowOnTheCommittedFixtures() {
    List<CaseResult> results = AugmentFixture.run(COMMITTED);

    assertThat(results.stream().map(CaseResult::op).distinct()).hasSize(10);
    assertThat(results).allMatch(CaseResult::pass);
  }

  @Test
  void aFolderWithoutAFixtureIsOneLine(@TempDir Path folder) {
    assertThatThrownBy(() -> AugmentFixture.run(folder))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("augment.json")
        .message()
        .doesNotContain("\n");
  }
}
