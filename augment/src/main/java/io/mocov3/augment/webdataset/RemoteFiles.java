package io.mocov3.augment.webdataset;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Files behind a URL; no call tries twice. A {@link io.mocov3.augment.DataException} says that
 * trying again is of no use: the file is not there, or not for us.
 */
interface RemoteFiles extends AutoCloseable {

  ShardStore.Identity identity(String url) throws IOException;

  /**
   * Writes the file to the target. What a cut connection has left there is continued as long as the
   * file behind the URL is still that of the identity; otherwise it begins anew.
   */
  void download(String url, ShardStore.Identity identity, Path target) throws IOException;

  /** A small file; empty when there is none. */
  Optional<byte[]> get(String url) throws IOException;

  @Override
  void close();

  /** For a URL that begins with http://, https:// or s3://; a silent server is given up. */
  static RemoteFiles of(String url, int silenceMillis) {
    return url.startsWith("s3://") ? new S3Files(silenceMillis) : new HttpFiles(silenceMillis);
  }
}
