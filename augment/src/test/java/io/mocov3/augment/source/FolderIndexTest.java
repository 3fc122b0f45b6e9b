package io.mocov3.augment.source;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FolderIndexTest {
  private static final FileTime EARLIER = FileTime.from(Instant.parse("2026-01-01T00:00:00Z"));

  @TempDir Path dir;
  private Path root;
  private Optional<Path> cache;

  @BeforeEach
  void someImages() throws IOException {
    root = dir.resolve("images");
    cache = Optional.of(dir.resolve("cache"));
    touch("cat/a.jpg");
    touch("cat/deep/b.PNG");
    touch("cat/notes.txt");
    touch("dog/c.webp");
    touch(".hidden/d.jpg");
    settle();
  }

  @Test
  void theSecondTimeIsTheSameAsTheFirst() throws IOException {
    Map<String, List<String>> first = FolderIndex.imagesByClass(root, cache);

    assertThat(first).containsOnlyKeys("cat", "dog");
    assertThat(first.get("cat")).containsExactly("cat/a.jpg", "cat/deep/b.PNG");
    assertThat(FolderIndex.imagesByClass(root, cache)).isEqualTo(first);
    assertThat(FolderIndex.imagesByClass(root, Optional.empty())).isEqualTo(first);
  }

  @Test
  void whatIsRememberedIsUsed() throws IOException {
    FolderIndex.imagesByClass(root, cache);

    // a file that comes without its folder's time changing cannot be known
    touch("dog/late.jpg");
    settle();

    assertThat(FolderIndex.imagesByClass(root, cache).get("dog")).containsExactly("dog/c.webp");
  }

  @Test
  void changedFoldersAreListedAgain() throws IOException {
    FolderIndex.imagesByClass(root, cache);

    touch("dog/e.jpg");
    touch("elk/f.jpg");
    Files.delete(root.resolve("cat/deep/b.PNG"));

    assertThat(FolderIndex.imagesByClass(root, cache))
        .isEqualTo(FolderIndex.imagesByClass(root, Optional.empty()))
        .containsOnlyKeys("cat", "dog", "elk");
  }

  @Test
  void foldersThatChangedJustNowAreNotTrusted() throws IOException {
    touch("dog/e.jpg");
    FolderIndex.imagesByClass(root, cache);
    FileTime time = Files.getLastModifiedTime(root.resolve("dog"));

    touch("dog/f.jpg");
    Files.setLastModifiedTime(root.resolve("dog"), time);

    assertThat(FolderIndex.imagesByClass(root, cache).get("dog")).contains("dog/f.jpg");
  }

  @Test
  void aDamagedOrUnwritableIndexOnlyCostsTime() throws IOException {
    Map<String, List<String>> first = FolderIndex.imagesByClass(root, cache);
    try (Stream<Path> files = Files.list(cache.orElseThrow())) {
      Files.writeString(files.findFirst().orElseThrow(), "damaged");
    }
    Path file = Files.writeString(dir.resolve("file"), "");

    assertThat(FolderIndex.imagesByClass(root, cache)).isEqualTo(first);
    assertThat(FolderIndex.imagesByClass(root, Optional.of(file.resolve("below"))))
        .isEqualTo(first);
  }

  private void touch(String path) throws IOException {
    Path file = root.resolve(path);
    Files.createDirectories(file.getParent());
    Files.write(file, new byte[0]);
  }

  private void settle() throws IOException {
    try (Stream<Path> all = Files.walk(root)) {
      for (Path folder : all.filter(Files::isDirectory).toList()) {
        Files.setLastModifiedTime(folder, EARLIER);
      }
    }
  }
}
