/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The call tree of a step, and where in it a vCPU is: a shadow stack, kept by
 * watching calls and returns. It is good enough for a picture: a retpoline, an
 * interrupt and a tail call are followed, a switch to another task is not.
 */
#ifndef TREE_H
#define TREE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "decode.h"

/** STACK_DEPTH - calls that are deeper belong to the last that is not */
#define STACK_DEPTH	192

/** SERIES - what a step counts apart: its two series and the probe */
#define SERIES		3

/**
 * struct node - a function that was called from another node
 * @number: 0 is the root, where counting begins
 * @parent: who called it
 * @entry: address that was called
 * @pending: calls not yet of a series
 * @calls: calls of each series
 * @touched: next node with pending calls
 * @chain: next node of its bucket
 */
struct node {
	uint32_t number;
	const struct node *parent;
	uint64_t entry;
	uint64_t pending;
	uint64_t calls[SERIES];
	struct node *touched;
	struct node *chain;
};

/**
 * struct tree - all nodes of a step
 * @nodes: by number
 * @count: how many there are, the root included
 * @buckets: by parent and entry
 * @touched: those with pending calls
 */
struct tree {
	struct node **nodes;
	size_t count;
	struct node **buckets;
	struct node *touched;
};

/**
 * struct frame - a call that has not returned
 * @node: what was called
 * @back: where it returns to
 * @other: where else it may: an interrupt, if the jump it came before is taken
 */
struct frame {
	struct node *node;
	uint64_t back;
	uint64_t other;
};

/**
 * struct stack - where a vCPU is
 * @frames: calls that have not returned
 * @depth: how many there are
 * @node: of the last of them; the root if there is none
 */
struct stack {
	struct frame frames[STACK_DEPTH];
	size_t depth;
	struct node *node;
};

/**
 * struct leg - instructions that were executed one after the other
 * @begin: address of the first
 * @end: address behind the last
 * @next: address of the one that was not executed any more, or @end
 * @flow: how the last one goes on; AHEAD when @next is not @end
 * @target: where it jumps to, if that is known
 */
struct leg {
	uint64_t begin;
	uint64_t end;
	uint64_t next;
	enum flow flow;
	uint64_t target;
};

/**
 * tree_init() - make a tree that is a root
 * @tree: to be filled in
 */
void tree_init(struct tree *tree);

/** tree_free() - give its memory back; @tree: is empty afterwards */
void tree_free(struct tree *tree);

/** stack_begin() - counting begins here; @stack: is at @tree's root afterwards */
void stack_begin(struct stack *stack, struct tree *tree);

/**
 * stack_follow() - go where a block led before, if it is a call or a return
 * @stack: where the vCPU is
 * @flow: how the block's last instruction goes on
 * @end: address behind that
 * @to: address that is executed now; of a call it is the one that was called
 * @node: where it led before
 *
 * Return: whether it leads there again, as stack_move() would; else nothing is done.
 */
static inline bool stack_follow(struct stack *stack, enum flow flow, uint64_t end,
				uint64_t to, struct node *node)
{
	const struct frame *top = stack->frames + stack->depth;

	if (flow == CALL && stack->depth < STACK_DEPTH) {
		stack->frames[stack->depth++] = (struct frame){ node, end, 0 };
	} else if (flow == RETURN && stack->depth &&
		   (top[-1].back == to || top[-1].other == to) &&
		   top[-1].node->parent == node) {
		stack->depth--;
	} else {
		return false;
	}
	stack->node = node;
	return true;
}

/**
 * stack_move() - go on to where a leg led
 * @stack: where the vCPU is
 * @tree: gets the nodes that are new
 * @leg: what was executed last
 * @to: address that is executed now
 *
 * The calls that it made are pending.
 */
void stack_move(struct stack *stack, struct tree *tree, const struct leg *leg,
		uint64_t to);

/**
 * tree_called() - count one call
 * @tree: of the node
 * @node: what was called
 * @series: which series the call belongs to, or -1 if it is pending
 */
void tree_called(struct tree *tree, struct node *node, int series);

/**
 * tree_settle() - say what the pending calls belong to
 * @tree: none is pending afterwards
 * @series: which series, or -1 for none: they are forgotten
 */
void tree_settle(struct tree *tree, int series);

#endif /* TREE_H */
