package io.mocov3.augment.exactness;

/**
 * How far one operation is from its reference image, in units of 1/255.
 *
 * @param mean mean of the absolute differences
 * @param p99 smallest t such that at least 99 % of the differences are at most t
 */
public record CaseResult(
    String id,
    String op,
    double mean,
    int p99,
    double toleranceMean,
    int toleranceP99,
    boolean pass) {}
