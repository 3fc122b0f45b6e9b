package io.mocov3.augment.operation;

import java.util.ArrayList;
import java.util.List;

/** The four operations of colour jitter. */
public enum ColorOperation {
  BRIGHTNESS,
  CONTRAST,
  SATURATION,
  HUE;

  /** All 24 orders of the four operations. */
  public static final List<List<ColorOperation>> ORDERS = orders(List.of(values()));

  private static List<List<ColorOperation>> orders(List<ColorOperation> operations) {
    if (operations.isEmpty()) {
      return List.of(List.of());
    }
    List<List<ColorOperation>> orders = new ArrayList<>();
    for (ColorOperation first : operations) {
      List<ColorOperation> others = operations.stream().filter(one -> one != first).toList();
      for (List<ColorOperation> rest : orders(others)) {
        List<ColorOperation> order = new ArrayList<>(List.of(first));
        order.addAll(rest);
        orders.add(List.copyOf(order));
      }
    }
    return List.copyOf(orders);
  }
}
