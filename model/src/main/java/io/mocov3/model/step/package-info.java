/** What training needs to go on with the same bits. */
package io.mocov3.model.step;
