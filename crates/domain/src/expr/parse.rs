//! Tokens → tree, by precedence climbing. Depth is counted while descending and while growing to the left, so neither `((((` nor
//! `1+1+1+…` makes a tree that a later walk could not finish.

use super::lex::{Token, fault, lex};
use super::{ExprFault, MAX_BYTES, MAX_DEPTH};
use std::ops::Range;

pub(super) struct Ast {
    pub(super) node: Tree,
    pub(super) at: Range<usize>,
    height: usize,
}

pub(super) enum Tree {
    Null,
    Bool(bool),
    Int(i64),
    Text(String),
    List(Vec<Ast>),
    /// `a`, `home.state`; each part with its place.
    Path(Vec<(String, Range<usize>)>),
    Not(Box<Ast>),
    Minus(Box<Ast>),
    /// `&&` and `||` of many are flat.
    All(Vec<Ast>),
    Any(Vec<Ast>),
    Binary(&'static str, Box<Ast>, Box<Ast>),
    If(Box<Ast>, Box<Ast>, Box<Ast>),
    Call {
        name: String,
        name_at: Range<usize>,
        on: Option<Box<Ast>>,
        args: Vec<Ast>,
    },
}

impl Ast {
    fn new(node: Tree, at: Range<usize>) -> Result<Self, Box<ExprFault>> {
        let below = match &node {
            Tree::Null | Tree::Bool(_) | Tree::Int(_) | Tree::Text(_) | Tree::Path(_) => 0,
            Tree::List(all) | Tree::All(all) | Tree::Any(all) => highest(all),
            Tree::Not(one) | Tree::Minus(one) => one.height,
            Tree::Binary(_, left, right) => left.height.max(right.height),
            Tree::If(test, yes, no) => test.height.max(yes.height).max(no.height),
            Tree::Call { on, args, .. } => {
                highest(args).max(on.as_ref().map_or(0, |ast| ast.height))
            }
        };
        if below >= MAX_DEPTH {
            return Err(too_deep(at));
        }
        Ok(Self {
            node,
            at,
            height: below + 1,
        })
    }
}

fn highest(all: &[Ast]) -> usize {
    all.iter().map(|ast| ast.height).max().unwrap_or(0)
}

fn too_deep(at: Range<usize>) -> Box<ExprFault> {
    fault(
        "expr-size",
        at,
        format!("条件嵌套超过 {MAX_DEPTH} 层"),
        format!("the expression is nested more than {MAX_DEPTH} levels deep"),
        "拆成几个条款、步骤或字段",
        "split it over several clauses, steps or fields",
    )
}

pub(super) fn parse(source: &str) -> Result<Ast, Box<ExprFault>> {
    if source.len() > MAX_BYTES {
        return Err(fault(
            "expr-size",
            0..source.len(),
            format!("条件有 {} 字节，上限 {MAX_BYTES}", source.len()),
            format!(
                "the expression has {} bytes, at most {MAX_BYTES} are allowed",
                source.len()
            ),
            "拆成几个条款、步骤或字段",
            "split it over several clauses, steps or fields",
        ));
    }
    let mut parser = Parser {
        tokens: lex(source)?,
        next: 0,
        depth: 0,
    };
    let ast = parser.expression()?;
    match parser.peek() {
        Token::End => Ok(ast),
        _ => Err(parser.unexpected("条件到这里应当结束", "the expression should end here")),
    }
}

struct Parser {
    tokens: Vec<(Token, Range<usize>)>,
    next: usize,
    depth: usize,
}

impl Parser {
    fn peek(&self) -> &Token {
        &self.tokens[self.next].0
    }
    fn at(&self) -> Range<usize> {
        self.tokens[self.next].1.clone()
    }
    fn take(&mut self) -> (Token, Range<usize>) {
        let taken = self.tokens[self.next].clone();
        if self.next + 1 < self.tokens.len() {
            self.next += 1;
        }
        taken
    }
    fn eat(&mut self, sign: &'static str) -> bool {
        let found = *self.peek() == Token::Sign(sign);
        if found {
            self.take();
        }
        found
    }
    fn expect(&mut self, sign: &'static str) -> Result<(), Box<ExprFault>> {
        if self.eat(sign) {
            return Ok(());
        }
        Err(self.unexpected(
            &format!("这里应当有 `{sign}`"),
            &format!("expected `{sign}` here"),
        ))
    }
    fn unexpected(&self, zh: &str, en: &str) -> Box<ExprFault> {
        let (found_zh, found_en) = match self.peek() {
            Token::Word(word) => (format!("却是 `{word}`"), format!("found `{word}`")),
            Token::Int(number) => (format!("却是 `{number}`"), format!("found `{number}`")),
            Token::Text(text) => (
                format!("却是文字 '{text}'"),
                format!("found the text '{text}'"),
            ),
            Token::Sign(sign) => (format!("却是 `{sign}`"), format!("found `{sign}`")),
            Token::End => ("却已到末尾".into(), "found the end".into()),
        };
        fault(
            "expr-syntax",
            self.at(),
            format!("{zh}，{found_zh}"),
            format!("{en}, {found_en}"),
            "例如 urgency == 'urgent' && has(phone)；写法见 docs/packs.md 的“Conditions”",
            "for example urgency == 'urgent' && has(phone); docs/packs.md, Conditions, has the syntax",
        )
    }

    fn expression(&mut self) -> Result<Ast, Box<ExprFault>> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err(too_deep(self.at()));
        }
        let test = self.any()?;
        let ast = if self.eat("?") {
            let yes = self.expression()?;
            self.expect(":")?;
            let no = self.expression()?;
            let at = test.at.start..no.at.end;
            Ast::new(Tree::If(Box::new(test), Box::new(yes), Box::new(no)), at)?
        } else {
            test
        };
        self.depth -= 1;
        Ok(ast)
    }
    fn any(&mut self) -> Result<Ast, Box<ExprFault>> {
        let mut all = vec![self.all()?];
        while self.eat("||") {
            all.push(self.all()?);
        }
        many(all, Tree::Any)
    }
    fn all(&mut self) -> Result<Ast, Box<ExprFault>> {
        let mut all = vec![self.binary(0)?];
        while self.eat("&&") {
            all.push(self.binary(0)?);
        }
        many(all, Tree::All)
    }
    /// Comparisons, sums, products: level 0 to 2, each to the left.
    fn binary(&mut self, level: usize) -> Result<Ast, Box<ExprFault>> {
        const LEVELS: [&[&str]; 3] = [
            &["==", "!=", "<=", ">=", "<", ">", "in"],
            &["+", "-"],
            &["*", "/", "%"],
        ];
        if level == LEVELS.len() {
            return self.unary();
        }
        let mut left = self.binary(level + 1)?;
        loop {
            let found = LEVELS[level].iter().find(|op| match self.peek() {
                Token::Sign(sign) => sign == *op,
                Token::Word(word) => word == *op,
                _ => false,
            });
            let Some(op) = found else { return Ok(left) };
            self.take();
            let right = self.binary(level + 1)?;
            let at = left.at.start..right.at.end;
            left = Ast::new(Tree::Binary(op, Box::new(left), Box::new(right)), at)?;
        }
    }
    fn unary(&mut self) -> Result<Ast, Box<ExprFault>> {
        let start = self.at().start;
        let make = if self.eat("!") {
            Tree::Not
        } else if self.eat("-") {
            Tree::Minus
        } else {
            return self.postfix();
        };
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err(too_deep(self.at()));
        }
        let inner = self.unary()?;
        self.depth -= 1;
        let at = start..inner.at.end;
        Ast::new(make(Box::new(inner)), at)
    }
    fn postfix(&mut self) -> Result<Ast, Box<ExprFault>> {
        let mut ast = self.primary()?;
        while self.eat(".") {
            let (token, name_at) = (self.peek().clone(), self.at());
            let Token::Word(name) = token else {
                return Err(self.unexpected("点后面应当是名字", "expected a name after the dot"));
            };
            self.take();
            let at = ast.at.start..name_at.end;
            if *self.peek() == Token::Sign("(") {
                let (args, end) = self.arguments()?;
                let call = Tree::Call {
                    name,
                    name_at,
                    on: Some(Box::new(ast)),
                    args,
                };
                ast = Ast::new(call, at.start..end)?;
            } else if let Tree::Path(parts) = &mut ast.node {
                parts.push((name, name_at));
                ast.at = at;
            } else {
                return Err(fault(
                    "expr-syntax",
                    name_at,
                    "只有链接才有 `.名字`",
                    "only a link has `.name`",
                    "例如 home.state",
                    "for example home.state",
                ));
            }
        }
        Ok(ast)
    }
    fn arguments(&mut self) -> Result<(Vec<Ast>, usize), Box<ExprFault>> {
        self.expect("(")?;
        let args = self.items(")")?;
        Ok((args, self.tokens[self.next - 1].1.end))
    }
    fn items(&mut self, close: &'static str) -> Result<Vec<Ast>, Box<ExprFault>> {
        let mut all = Vec::new();
        if self.eat(close) {
            return Ok(all);
        }
        loop {
            all.push(self.expression()?);
            if self.eat(close) {
                return Ok(all);
            }
            self.expect(",")?;
        }
    }
    fn primary(&mut self) -> Result<Ast, Box<ExprFault>> {
        let start = self.at().start;
        let (token, at) = (self.peek().clone(), self.at());
        let node = match token {
            Token::Int(number) => Tree::Int(number),
            Token::Text(text) => Tree::Text(text),
            Token::Word(word) => match word.as_str() {
                "true" => Tree::Bool(true),
                "false" => Tree::Bool(false),
                "null" => Tree::Null,
                "in" => return Err(self.unexpected("这里应当是一个值", "expected a value here")),
                _ => {
                    self.take();
                    if *self.peek() != Token::Sign("(") {
                        return Ast::new(Tree::Path(vec![(word, at.clone())]), at);
                    }
                    let (args, end) = self.arguments()?;
                    let call = Tree::Call {
                        name: word,
                        name_at: at,
                        on: None,
                        args,
                    };
                    return Ast::new(call, start..end);
                }
            },
            Token::Sign("(") => {
                self.take();
                let mut inner = self.expression()?;
                self.expect(")")?;
                inner.at = start..self.tokens[self.next - 1].1.end;
                return Ok(inner);
            }
            Token::Sign("[") => {
                self.take();
                let all = self.items("]")?;
                let end = self.tokens[self.next - 1].1.end;
                return Ast::new(Tree::List(all), start..end);
            }
            Token::Sign(_) | Token::End => {
                return Err(self.unexpected("这里应当是一个值", "expected a value here"));
            }
        };
        self.take();
        Ast::new(node, at)
    }
}

fn many(mut all: Vec<Ast>, make: fn(Vec<Ast>) -> Tree) -> Result<Ast, Box<ExprFault>> {
    if all.len() == 1 {
        return Ok(all.remove(0));
    }
    let at = all[0].at.start..all[all.len() - 1].at.end;
    Ast::new(make(all), at)
}
