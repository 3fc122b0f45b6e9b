/**
 * Data sets in tar shards, WebDataset's format: on disk, or streamed over HTTP or from S3 through a
 * bounded cache.
 */
package io.mocov3.augment.webdataset;
